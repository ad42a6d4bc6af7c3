"""Commands about what there is: models, examples, ops, problems; and a file to begin with."""
