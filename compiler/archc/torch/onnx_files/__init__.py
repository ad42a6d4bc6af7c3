"""Modules of torch made of ONNX files: read, put into scopes by the names of their nodes, and run.

The way is ``reading`` (the file, and what is wrong in it), ``folding`` (nodes that hang on nothing
that flows in), ``fusing`` (nodes that are one layer), ``places`` (which module a node was in), then
``net`` with ``layers`` and ``functions``. ``reference`` holds a network to what the file says.
"""
