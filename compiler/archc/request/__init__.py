"""What is asked of a file: settings, sizes, which model, which file."""
