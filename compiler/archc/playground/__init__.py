"""The playground: a page with an editor, and the checker that it asks, in it or serving it.

From the ground: ``asking`` (one answer for each question, as JSON), ``webpage`` (the page itself,
of the files in ``web/``), then the two ways to an answer: ``serving`` (a process of this machine)
and ``carrying`` (archc inside the page, on Pyodide). Nothing here imports torch, and the words that
a reader sees about a text are those of diagnostics, cards and tables.
"""
