"""What is said where a text is not in the grammar: what stands there, and what was likely meant."""
