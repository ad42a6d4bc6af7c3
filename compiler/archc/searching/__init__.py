"""A search: points of a space proposed, their networks trained, the best of them found.

From the ground: ``asked`` (what a search is told), ``folder`` (what stands where on the disk),
``trial`` (one training, in a process of its own), ``supervising`` (that process watched, whatever
becomes of it), ``warming`` (what is loaded before it is forked), ``engines`` (where these run:
executors of ``concurrent.futures``), ``asking`` (Optuna's sampler) and ``proposing`` (points that
are networks within the budget), ``driving`` (all of it in order), ``search`` (what users call),
``showing`` (what was found, for readers).

What is true stands in the folder. A trial's proposal is written before it runs, and what came of
it goes there in one step, by renaming; so any process may be killed at any time, and whoever comes
next goes on from what is there.
"""
