"""How weights fit a model, and how two models compare, as data."""
