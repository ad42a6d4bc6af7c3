"""What a module of torch does, watched: its calls of modules and functions, as data."""
