"""Counters of other tools: what they print for a model, asked for with ``--count-as``."""
