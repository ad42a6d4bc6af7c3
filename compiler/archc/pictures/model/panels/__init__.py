"""Which blocks have panels of their own, and how their uses are laid over each other."""
