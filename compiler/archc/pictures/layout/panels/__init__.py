"""The layout of blocks that are drawn once, each in a frame of its own."""
