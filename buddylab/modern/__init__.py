"""The exact page allocator of Linux 6.12.117, as one CPU and one node run it; `buddylab.core` is 2.6.21's.

Reading order: gfp (what a request may do), zone (marks and lists), setup (their figures), buddy, fallback, pcp,
environment (who else acts), machine (get_page_from_freelist, kswapd), ladder (the stages of the slow path), record.
"""
