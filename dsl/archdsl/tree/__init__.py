"""The syntax tree, and trees as text again."""
