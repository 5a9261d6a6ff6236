"""The exact page allocator of Linux 6.12.117, as one CPU and one node run it; `buddylab.core` is 2.6.21's.

Reading order: mm and gfp, zone (marks, lists), setup, buddy, fallback, pcp, environment (who else acts), machine,
freelist (one pass), slowpath and ladder (the stages), record; scenario and script play recordings.
"""
