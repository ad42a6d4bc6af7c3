"""Nodes without weights as what torch calls; ``applying`` has all of them by their names."""
