"""The world around the allocator: who uses memory and how it comes back. A model that follows 2.6.21's rules.

The decisions (reclaim, kswapd, slab, the OOM killer) are 2.6.21's own, held to its recorded answers; the rest of the
kernel answers through the small Protocols of each module.
"""
