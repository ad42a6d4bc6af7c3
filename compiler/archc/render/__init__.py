"""Renderers: diagnostics and results for a terminal, and as JSON.

They know problems by their facts only (name, message, hint, places), never by class, so a new
problem needs nothing here.
"""
