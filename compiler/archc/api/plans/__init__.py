"""Plans for training: made from a file, and done to a module."""
