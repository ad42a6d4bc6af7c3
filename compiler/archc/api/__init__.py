"""What the Python API gives."""
