"""Receptive fields: what each value sees of the input."""
