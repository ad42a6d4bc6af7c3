"""Spaces: all that a model's parameters may be, as points that can be drawn, moved and scored.

From the ground: ``free`` (what one parameter may be), ``domains`` (which parameters a model has,
and what each may be behind those before it), ``convert`` (values of the language, and of Python),
``moves`` (points near points), ``scores`` and ``budget``, ``variants`` (points with their
verdicts), ``front``, ``deciding`` (what refuses points, in words), ``space`` (all together).
"""
