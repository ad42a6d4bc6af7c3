"""What shares a class, and its instances laid over each other: children and lines."""
