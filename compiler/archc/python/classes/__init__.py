"""A class: its instances, what names of the text mean in it, what depends on what."""
