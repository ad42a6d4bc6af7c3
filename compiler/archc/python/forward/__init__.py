"""The ``forward`` of a class: its variables named, its lines in the text's words."""
