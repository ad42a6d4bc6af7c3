"""One way of laying out a text: its words stay, in their order; spaces and line ends are set.

``pieces`` reads a text with all of its words, and ``comments`` what stands between
them. ``of_expressions``, ``of_stages`` and ``files`` say of each form where a line may end, as
``flow`` has it; ``rendering`` decides where lines end.
"""
