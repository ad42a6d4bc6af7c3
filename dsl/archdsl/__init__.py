"""How an architecture is written: grammar, syntax tree, names, and the unrolling into a graph."""
