"""What runs and what it reads, and the series, branches and grids that these are."""
