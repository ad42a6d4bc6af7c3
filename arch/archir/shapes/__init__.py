"""Size arithmetic: dims and their normal form, tensor types, conditions on sizes."""
