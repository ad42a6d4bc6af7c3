"""Networks written from words: tasks, who judges the answers, and how they are asked for.

``tasks`` reads them, ``judge`` holds an answer to a task's properties, ``asking`` turns a task into
a prompt and an answer into a text, and ``python -m benchmarks.writing`` runs a command over them.
"""
