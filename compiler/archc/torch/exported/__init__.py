"""Programs of ``torch.export``, read into modules that can be watched."""
