"""From text to syntax tree: lexer, layout, brackets, parser, and what to say where it stops."""
