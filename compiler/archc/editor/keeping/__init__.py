"""What stays known of a text from one key to the next, so that little is done anew at each."""
