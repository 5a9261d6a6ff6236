"""The buddy lists of one zone: take a block, split it, give it back, merge it.

C: mm/page_alloc.c. Locked and unlocked twins of the kernel's functions collapse into one.
"""

from collections.abc import Iterator, Sequence

from buddylab.core.zone import MAX_ORDER, TOP, Zone


def expand(zone: Zone, pfn: int, low: int, high: int) -> None:
    """Split a block of order `high` down to `low`: the low half goes on, every upper half becomes a free block."""
    free_area = zone.free_area
    while high > low:
        high -= 1
        free_area[high][pfn + (1 << high)] = None


def rmqueue(zone: Zone, order: int) -> int | None:
    """Take a block of 2^order pages from the smallest order that has one: its head. None when there is none."""
    free_area, current_order = zone.free_area, order
    while current_order < TOP and not free_area[current_order]:
        current_order += 1
    pfn = free_area[current_order].popitem()[0] if current_order < TOP else take_top(zone)
    if pfn is None:
        if zone.trace is not None:
            zone.trace.append(("__rmqueue", zone.label, order, -1, -1))
        return None
    zone.nr_free_pages -= 1 << order
    if current_order > order:
        expand(zone, pfn, order, current_order)
    if zone.trace is not None:
        zone.trace.append(("__rmqueue", zone.label, order, current_order, pfn))
    return pfn


def take_top(zone: Zone) -> int | None:
    """Take the head of the order-10 list: the newest block that came back, else the highest never touched."""
    if zone.top_list:
        return zone.top_list.pop()
    if not zone.untouched:
        return None
    run = zone.untouched[-1]
    run[1] -= 1 << TOP
    if run[0] == run[1]:
        zone.untouched.pop()
    return run[1]


def free_one_page(zone: Zone, pfn: int, order: int) -> None:
    """Give a block back and merge it with its buddy as long as that is free too, up to order 10.

    The buddy of a block at pfn is at pfn XOR 2^order. C: __free_one_page.
    """
    zone.nr_free_pages += 1 << order
    free_area = zone.free_area
    head, block_order = pfn, order
    while block_order < TOP:
        area = free_area[block_order]
        buddy = head ^ (1 << block_order)
        if buddy not in area:
            area[head] = None
            break
        del area[buddy]
        head &= buddy
        block_order += 1
    else:
        zone.top_list.append(head)
    if zone.trace is not None:
        zone.trace.append(("__free_one_page", zone.label, pfn, order, head, block_order))


def free_bootmem(zone: Zone) -> None:
    """Fill an empty zone as boot does: ascending pfns, each time the largest aligned block without a hole."""
    first = zone.start_pfn
    for hole, pages in (*zone.holes, (zone.end_pfn, 0)):
        _free_run(zone, first, hole)
        first = hole + pages


def _free_run(zone: Zone, first: int, end: int) -> None:
    """Free the pages [first, end). Whole blocks of order 10 in the middle become one untouched run."""
    pfn = first
    while pfn < end:
        order = min(TOP, (pfn & -pfn).bit_length() - 1 if pfn else TOP, (end - pfn).bit_length() - 1)
        if order == TOP:
            last = end >> TOP << TOP
            zone.untouched.append([pfn, last])
            zone.nr_free_pages += last - pfn
            pfn = last
        else:
            zone.free_area[order][pfn] = None
            zone.nr_free_pages += 1 << order
            pfn += 1 << order


def regions_needed(counts: Sequence[int]) -> int:
    """Runs of 1024 pages that these blocks need at least if no two free buddies lie side by side below order 10.

    Of the halves of a run that is not free as a whole, one at most is free; the other is a run of the next order.
    """
    need = 0
    for nr in counts[:TOP]:
        need = max(nr, (need + nr + 1) // 2)
    return counts[TOP] + need


def place_free(zone: Zone, counts: Sequence[int]) -> list[tuple[int, int]]:
    """Lay out a zone with as many free blocks per order as `counts` says; (first pfn, order) of all that is used.

    One shape of many: free blocks of order 10 at the bottom, the broken runs above them, memory in use on top.
    The zone has to begin at a multiple of 1024 pages and to have `regions_needed(counts)` runs of 1024.
    """
    tail = zone.end_pfn >> TOP << TOP
    bottom = zone.start_pfn + (counts[TOP] << TOP)
    zone.untouched = [[zone.start_pfn, bottom]] if counts[TOP] else []
    zone.top_list.clear()
    fresh = iter(range(bottom, tail, 1 << TOP))
    opened: list[list[int]] = [[] for _ in range(MAX_ORDER)]
    for pfn, order in _pieces(tail, zone.end_pfn):
        opened[order].append(pfn)
    for order in range(TOP - 1, -1, -1):
        zone.free_area[order] = dict.fromkeys(_carve(opened, fresh, order) for _ in range(counts[order]))
    opened[TOP] += fresh
    zone.nr_free_pages = sum(nr << order for order, nr in enumerate(counts))
    return [(pfn, order) for order, firsts in enumerate(opened) for pfn in firsts]


def _pieces(first: int, end: int) -> Iterator[tuple[int, int]]:
    """(first pfn, order) of the aligned blocks in a run shorter than 1024 pages that begins at a multiple of them."""
    for order in range(TOP - 1, -1, -1):
        if (end - first) >> order & 1:
            yield first, order
            first += 1 << order


def _carve(opened: list[list[int]], fresh: Iterator[int], order: int) -> int:
    """A free block of this order, its buddy kept from being free as a whole. From the smallest run that has one."""
    size = next((o for o in range(order + 1, MAX_ORDER) if opened[o]), None)
    if size is None:
        pfn, size = next(fresh), TOP
    else:
        pfn = opened[size].pop()
    while size > order + 1:
        size -= 1
        opened[size].append(pfn + (1 << size))
    opened[order].append(pfn + (1 << order))
    return pfn
