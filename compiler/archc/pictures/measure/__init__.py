"""How wide texts are, from the metrics of the fonts that pictures name."""
