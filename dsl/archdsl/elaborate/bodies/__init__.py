"""What stands in bodies: statements and stages, each performed over one current value."""
