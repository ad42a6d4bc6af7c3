"""From a trace of a module to text in the language: ops, chains, blocks, and what they look like.

The way is ``reading`` (a call is an op), ``align`` (runs at several sizes are one), ``steps`` (what
each module's body does), ``chains`` (what flows into what, as stages), then text (``write``). What
is printed is proven elsewhere (``api.importing``), and nothing here imports torch.
"""
