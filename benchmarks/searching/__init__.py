"""Searches held to what is promised of them: equal on every engine, better than chance, cheap."""
