"""From one call of torch to ops: which op it is, or which several ops it comes to."""
