"""Python code as data: expressions and how they are laid out, names, recipes, what a file calls."""
