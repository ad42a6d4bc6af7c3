"""What a network costs, and what it sees: counted on the flattened model, without running it."""
