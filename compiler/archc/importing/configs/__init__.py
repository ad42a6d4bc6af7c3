"""Networks that other programs describe in files of their own, read without running any code."""
