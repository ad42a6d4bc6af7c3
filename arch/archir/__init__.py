"""What an architecture is: dims, tensor types, ops, graphs, and the shape checker.

Imports the standard library and pydantic, and nothing else: no parser, no torch.
"""
