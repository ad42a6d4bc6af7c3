"""The text of a declaration: what is around each place, what its expressions are, in Python."""
