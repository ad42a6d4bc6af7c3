"""What the generator knows of ops: the shapes they make, and arguments that fit."""
