"""Where everything in a picture stands: a layout for series of branches, skips and Us."""
