"""The forms of the language as the generator writes them.

Bodies and the uses of blocks stand in a circle: a use writes the block that it is of, which has a
body, in which there are uses.
"""
