"""What a model costs, told: as a table, as a card of totals, as data."""
