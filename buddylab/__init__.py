"""buddylab: understand how Linux 2.6 hands out memory pages, by watching its allocator work.

The exact part is Linux 2.6.21's `__alloc_pages()` and all that it touches: `buddylab.core`.
Importing this package needs the standard library only; the notebook widgets are in `buddylab.widgets`.
"""

__version__ = "0.1.0"
