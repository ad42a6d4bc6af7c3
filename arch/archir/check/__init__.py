"""The checker: shapes, conditions on sizes, annotations, initial weights."""
