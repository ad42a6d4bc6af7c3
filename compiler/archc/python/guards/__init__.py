"""The function in printed source that refuses inputs of other shapes and sizes."""
