"""A plan done to a live module, with torch's own: checkpoints, stages of a pipeline, shards."""
