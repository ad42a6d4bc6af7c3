"""Which ops there are: the registry, its index and reference, and ops of installed packages."""
