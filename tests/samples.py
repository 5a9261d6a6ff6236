"""A time series whose figures can be worked out by hand, for the plots and for the tables in their place."""

from buddylab.core import gfp
from buddylab.world.observe import Series


def blocks(**by_order):
    """Eleven counts: blocks(o0=6, o2=2)."""
    return tuple(by_order.get(f"o{order}", 0) for order in range(11))


def four_samples():
    """Four samples a second apart: kswapd works in the second second, cc in the third, both for zone Normal.

    Free in Normal 12, 8, 1, 3 pages between the marks 2, 3, 4; in DMA always 16.
    """
    normal = [blocks(o0=2, o1=1, o3=1), blocks(o3=1), blocks(o0=1), blocks(o0=1, o1=1)]
    return Series(
        every=250,
        jiffies=[250, 500, 750, 1000],
        free={"DMA": [16] * 4, "Normal": [12, 8, 1, 3]},
        marks={"DMA": (1, 1, 1), "Normal": (2, 3, 4)},
        nr_free={"DMA": [blocks(o4=1)] * 4, "Normal": normal},
        reclaimed={"kswapd": [0, 32, 32, 32], "cc": [0, 0, 8, 8]},
        stalls=[(500, 0, "cc"), (510, 1, "cc"), (520, 3, "cc"), (600, 50, "make")],
        kills=[(800, "hog", 900)],
        failures=[(700, 3, gfp.GFP_ATOMIC, "no_wait"), (900, 3, gfp.GFP_ATOMIC, "no_wait")],
        count={"stalls": 4, "kills": 1, "failures": 2},
    )
