"""Graphs: what a model is once its text has been unrolled, with types and without."""
