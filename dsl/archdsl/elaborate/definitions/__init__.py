"""One definition under construction: its values and scopes, and the parts that it applies."""
