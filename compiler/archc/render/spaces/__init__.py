"""Spaces shown: variants as a table, and two of their scores as a plot."""
