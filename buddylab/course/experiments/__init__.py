"""Experiments of the notebooks, one module a notebook: what they plot, computed by the exact core and the world."""
