"""The exact allocator of Linux 2.6.21: it replays the recorded kernel event for event and list for list.

Reading order: gfp (what a request may do), zone (marks and lists), buddy, pcp, environment (who else acts),
machine (zonelists, get_page_from_freelist), ladder (the sixteen stages of `__alloc_pages`), record (watching).
"""
