"""Weights: raw parameters and buffers, tied ones, and what they begin as."""
