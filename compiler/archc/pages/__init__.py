"""Pages made from the text: the reference of the standard library, lists, a file to begin with."""
