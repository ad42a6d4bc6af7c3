"""How many channels and features values have, in the words of a constructor."""
