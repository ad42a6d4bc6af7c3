"""Initial weights: torch.nn.init's functions, their arguments, and compile-time values."""
