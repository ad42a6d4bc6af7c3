"""What programs that write networks ask; ``server`` says it in the Model Context Protocol.

From the ground: ``folder`` (which files may be read), ``answers`` (the types of what is said),
``facts`` (diagnostics and models as such), ``tools``, ``lookup`` and ``importer`` (the questions).
Nothing here knows the protocol but ``server``, and nothing imports torch but ``importer``, for a
module of torch.
"""
