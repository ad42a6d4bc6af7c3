"""Plans for training, for terminals and programs."""
