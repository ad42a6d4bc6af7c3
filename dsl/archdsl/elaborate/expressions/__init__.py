"""Resolved expressions evaluated, and arguments with them."""
