"""One network on machines that are too small for it: what to compute again, and where to cut.

All of it is decided on the flattened model, before anything runs; ``archc.torch.divided`` does it.
"""
