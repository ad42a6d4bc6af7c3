"""The layout of what is no series of branches."""
