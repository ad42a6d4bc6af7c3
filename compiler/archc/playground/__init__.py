"""The playground: a page with an editor, and the checker that it asks.

From the ground: ``asking`` (one answer for each question, as JSON), ``webpage`` (the page itself,
of the files in ``web/``), ``serving`` (a process of this machine that answers). Nothing here
imports torch, and the words that a reader sees about a text are those of diagnostics, cards and
tables.
"""
