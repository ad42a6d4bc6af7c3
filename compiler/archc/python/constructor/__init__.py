"""The constructor of a class: its modules, made in the order of the text."""
