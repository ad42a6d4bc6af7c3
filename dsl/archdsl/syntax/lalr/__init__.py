"""The LALR tables as data, and the automaton that runs them."""
