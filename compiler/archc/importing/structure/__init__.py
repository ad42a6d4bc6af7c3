"""Structure found again: classes as blocks, what differs as parameters, equal runs as loops."""
