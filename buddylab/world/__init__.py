"""The world around the allocator, a MODEL: who uses memory, when they run, and what a run leaves behind."""
