"""The buddy lists of one zone: take a block, split it, give it back, merge it.

C: mm/page_alloc.c. Locked and unlocked twins of the kernel's functions collapse into one.
"""

from buddylab.core.zone import TOP, Zone


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
