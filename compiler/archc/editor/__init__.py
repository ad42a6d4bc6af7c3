"""What an editor asks of a text while it is written; ``server`` says it in the editors' protocol.

From the ground: ``positions`` (lines and UTF-16 columns), ``page`` (a text and all that is known of
it), ``words`` (the name at a place, and what it means), then one file for each kind of question.
``highlighting`` colours texts that no editor has open. Nothing here knows the protocol but
``server``, and nothing imports torch.
"""
