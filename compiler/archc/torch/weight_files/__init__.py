"""Files of weights: their headers, entries, and the published ones."""
