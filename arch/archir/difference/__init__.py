"""What differs between two models: their parts aligned by names and structure, and what follows."""
