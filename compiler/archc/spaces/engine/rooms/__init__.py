"""What pieces need in memory: ``room`` adds it up, ``heads`` says of which names it is known."""
