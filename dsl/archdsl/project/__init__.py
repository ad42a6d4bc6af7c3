"""Projects: files, what they import, and the names that each can see."""
