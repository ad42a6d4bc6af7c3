"""Orders of a model's steps: which needs the least memory. Loaded when it is asked for."""
