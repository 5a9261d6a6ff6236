"""How 2.6.21 takes memory back: reclaim, kswapd, slab, the OOM killer. Each decision is held to its recordings.

The rest of the kernel answers through the small Protocols of each module; `buddylab.world` is a model of it.
"""
