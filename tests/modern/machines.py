"""Small machines of Linux 6.12 to try things on, and what they did: shared by the tests of `modern`."""

from buddylab.modern import mm
from buddylab.modern.buddy import account_freepages, add_to_free_list
from buddylab.modern.record import kernel_events
from buddylab.modern.scenario import build_world
from buddylab.modern.zone import Zone

KERNEL, ATOMIC, NOWAIT, NOIO, NOFS = 0xCC0, 0x820, 0x2800, 0xC00, 0xC40
HIGHMEM, MOVABLE, RECLAIMABLE, HIGH, WRITE, NOWARN, RETRY_MAYFAIL = 0x2, 0x8, 0x10, 0x20, 0x1000, 0x2000, 0x4000
NOFAIL, NORETRY, MEMALLOC, NOMEMALLOC, THISNODE = 0x8000, 0x10000, 0x20000, 0x80000, 0x200000
USER_MOVABLE = KERNEL | MOVABLE
U, M, E, H = range(4)
FULL = (1000, 1000, 1000, 1000)
"""Marks that no small machine ever meets."""


def zone(
    name="Normal",
    start=0,
    pages=1024,
    marks=(0, 0, 0, 0),
    lists=None,
    blocks="",
    pcp=(1, 0, 0, 0),
    reserve=(0, 0, 0, 0),
    managed=None,
    holes=(),
    pcp_lists=None,
    **more,
):
    """A zone as a scenario has it. lists: {"3M": [first pfns]}, None: boot fills it. pcp: batch, high, min, max."""
    inside = pages - sum(size for _, size in holes)
    given = {} if lists is None else {"lists": {key: [[pfn, 1, 0] for pfn in pfns] for key, pfns in lists.items()}}
    return given | {
        "name": name,
        "start_pfn": start,
        "spanned_pages": pages,
        "holes": [list(hole) for hole in holes],
        "present_pages": inside,
        "managed_pages": inside if managed is None else managed,
        "marks": list(marks),
        "lowmem_reserve": list(reserve),
        "blocks": blocks,
        "pcp": dict(zip(("batch", "high", "high_min", "high_max"), pcp, strict=True)),
        "pcp_lists": pcp_lists or {},
        **more,
    }


def world(*zones, held=(), grouping=1, boost_factor=15000, jiffies=1000, fault=None, watchdog=400):
    """A scripted world on a machine of these zones. held: (id, pfn, order, lru)."""
    machine = {"zones": list(zones), "held": [list(block) for block in held], "jiffies": jiffies, "fault": fault}
    machine |= {"mobility_grouping": grouping, "watermark_boost_factor": boost_factor, "watchdog": watchdog}
    return build_world({"format": "alloc-oracle-2", "machine": machine, "ops": []})


def ask(w, gfp_mask, order=0, script=None, lru=0, key=None, **context):
    """(result, events) of one request; the block goes by the id `key`, or by its pfn."""
    w.machine.trace = []
    op = {"op": "alloc", "id": key, "gfp_mask": gfp_mask, "order": order, "lru": lru}
    result = w.play(op | {"context": context, "script": script or {}})["result"]
    if key is None and None in w.live:
        w.live[result] = w.live.pop(None)
    return result, kernel_events(w.machine.trace)


def do(w, op, **more):
    """The events of another operation."""
    w.machine.trace = []
    w.play({"op": op, **more})
    return kernel_events(w.machine.trace)


def take(w, count, gfp_mask=KERNEL, order=0):
    """The results of so many requests."""
    return [ask(w, gfp_mask, order)[0] for _ in range(count)]


def named(events, name):
    """What follows the name in every event of it: arguments, "=", values."""
    return [event[2:] for event in events if event[1] == name]


def flags(events):
    """alloc_flags of every pass."""
    return [event[4] for event in events if event[1] == "get_page_from_freelist"]


def names(events):
    """The names of all events."""
    return [event[1] for event in events]


def bare(blocks, reserve=(0, 0, 0, 0), highatomic=None):
    """A zone that has so many free blocks of (order, type); where they lie does not matter to a mark."""
    z = Zone("Normal", 0, 1 << 20)
    z.lowmem_reserve = list(reserve)
    first = 0
    for (order, migratetype), count in blocks.items():
        for _ in range(count):
            add_to_free_list(z, first, order, migratetype, tail=True)
            account_freepages(z, 1 << order, migratetype)
            first += 1 << mm.MAX_PAGE_ORDER
    return z


def free_list(w, order, migratetype, name="Normal"):
    """First pfns of a free list, head to tail."""
    return list(w.machine.zone(name).free_list[migratetype][order])


def pcp(w, pindex, name="Normal"):
    """First pfns of a per-cpu list, head to tail."""
    return list(w.machine.zone(name).pcp.lists[pindex])
