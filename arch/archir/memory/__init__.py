"""Memory: how tensors lie in it, and the trace of what ops do to it."""
