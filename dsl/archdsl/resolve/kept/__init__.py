"""What is known of names from a text that this one has become of, for who checks it at each key."""
