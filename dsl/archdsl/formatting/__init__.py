"""One way of laying out a text: its words stay, in their order; spaces and line ends are set.

``pieces`` reads a text with all of its words and ``comments`` what stands between them;
``layout`` says of each form where a line may end (``expressions`` and ``stages`` below it), as
``flow`` has it, and ``rendering`` decides where lines end. ``text`` is what others call.
"""
