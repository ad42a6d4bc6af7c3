"""Commands that answer other programs until they are ended: editors, and what writes networks."""
