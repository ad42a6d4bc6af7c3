"""Valid sizes: for which sizes of its inputs a network runs, exactly."""
