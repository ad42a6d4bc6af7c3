"""Bodies made ready for writing: lists gathered, joins that grow, constants, what is left out."""
