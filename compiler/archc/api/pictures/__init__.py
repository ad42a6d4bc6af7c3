"""Pictures of models: what may be asked of one, and ``archc.diagram``."""
