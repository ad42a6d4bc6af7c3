"""Source that follows the text: its loops, conditions and parameters are the text's own."""
