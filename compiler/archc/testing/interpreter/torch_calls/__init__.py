"""How the interpreter calls torch, and draws initial weights."""
