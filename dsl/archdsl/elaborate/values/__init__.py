"""Compile-time values: what they can be, what operators and functions make of them, in words."""
