"""Commands that answer others until they are ended: editors, what writes networks, a page."""
