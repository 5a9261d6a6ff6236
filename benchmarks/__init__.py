"""How fast the allocator is, as ratios within one run: `python benchmarks/run.py`."""
