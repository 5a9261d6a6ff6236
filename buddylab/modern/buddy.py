"""The free lists of one zone: take a block, split it, give it back, merge it, move pageblocks between types.

C: mm/page_alloc.c. Locked and unlocked twins of the kernel's functions collapse into one.
"""

from collections.abc import Sequence

from buddylab.modern.zone import (
    HIGHATOMIC,
    MAX_PAGE_ORDER,
    MOVABLE,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    UP,
    Zone,
)

FPI_NONE, FPI_TO_TAIL = 0, 2
Lists = dict[int, dict[int, list[Sequence[int]]]]
"""Free lists given from outside: migratetype -> order -> [first pfn, count, step] runs, head to tail."""


def get_pageblock_migratetype(zone: Zone, pfn: int) -> int:
    """The type of the pageblock that the frame lies in."""
    return zone.pageblock_types.get(pfn >> PAGEBLOCK_ORDER, MOVABLE)


def account_freepages(zone: Zone, pages: int, migratetype: int) -> None:
    """Count pages that became free, or negative ones that are taken."""
    zone.nr_free_pages += pages
    if migratetype == HIGHATOMIC:
        zone.nr_free_highatomic += pages


def add_to_free_list(zone: Zone, pfn: int, order: int, migratetype: int, tail: bool = False) -> None:
    """Put a block at the head of a list, or at its tail; nothing is counted."""
    free_list = zone.free_list[migratetype][order]
    part = free_list.back if tail else free_list.front
    part[pfn] = None
    zone.buddies[order][pfn] = part


def del_page_from_free_list(zone: Zone, pfn: int, order: int) -> None:
    """Take a free block off the list that it is on, whichever that is; nothing is counted."""
    del zone.buddies[order].pop(pfn)[pfn]


def refill_front(zone: Zone, order: int, migratetype: int) -> bool:
    """Make the list's head the newest key of its front; False for an empty list."""
    free_list = zone.free_list[migratetype][order]
    front, buddies = free_list.front, zone.buddies[order]
    if front:
        return True
    if free_list.untouched:
        run = free_list.untouched[0]
        front[run[0]], buddies[run[0]] = None, front
        run[0] += 1 << MAX_PAGE_ORDER
        if run[0] == run[1]:
            del free_list.untouched[0]
        return True
    for pfn in reversed(free_list.back):
        front[pfn], buddies[pfn] = None, front
    free_list.back.clear()
    return bool(front)


def get_page_from_free_area(zone: Zone, order: int, migratetype: int) -> int | None:
    """The head of a list, which stays there; None when it is empty."""
    if not refill_front(zone, order, migratetype):
        return None
    front = zone.free_list[migratetype][order].front
    pfn = front.popitem()[0]  # unlike the first of reversed(front), it leaves no gaps behind to be searched
    front[pfn] = None
    return pfn


def expand(zone: Zone, pfn: int, low: int, high: int, migratetype: int) -> None:
    """Split a block of order `high` down to `low`: the low half goes on, every upper half heads its list."""
    lists, buddies = zone.free_list[migratetype], zone.buddies
    while high > low:
        high -= 1
        front, upper = lists[high].front, pfn + (1 << high)
        front[upper], buddies[high][upper] = None, front


def page_del_and_expand(zone: Zone, pfn: int, low: int, high: int, migratetype: int) -> int:
    """Take a free block of order `high` for a request of order `low`; the rest stays with this type."""
    del zone.buddies[high].pop(pfn)[pfn]
    expand(zone, pfn, low, high, migratetype)
    account_freepages(zone, -1 << low, migratetype)
    return pfn


def rmqueue_smallest(zone: Zone, order: int, migratetype: int) -> int | None:
    """Take the head of the smallest sufficient order of one type. C: __rmqueue_smallest."""
    lists, found = zone.free_list[migratetype], None
    for current in UP[order]:
        free_list = lists[current]
        front = free_list.front
        if front or (free_list.back or free_list.untouched) and refill_front(zone, current, migratetype):
            found = front.popitem()[0]
            del zone.buddies[current][found]
            if current > order:
                expand(zone, found, order, current, migratetype)
            zone.nr_free_pages -= 1 << order
            if migratetype == HIGHATOMIC:
                zone.nr_free_highatomic -= 1 << order
            break
    if zone.trace is not None:
        zone.trace.append(
            ("__rmqueue_smallest", zone.name, order, migratetype, "=", -1 if found is None else found)
        )
    return found


def free_one_page(zone: Zone, pfn: int, order: int, migratetype: int, fpi_flags: int = FPI_NONE) -> None:
    """Give a block back and merge it with its buddy (at pfn XOR 2^order) as long as that is free, up to order 10.

    A running compaction may keep it on the way. C: __free_one_page.
    """
    buddies, capture = zone.buddies, zone.node.capture_control
    account_freepages(zone, 1 << order, migratetype)
    head, block_order = pfn, order
    while block_order < MAX_PAGE_ORDER:
        if capture is not None and compaction_capture(zone, head, block_order, migratetype):
            account_freepages(zone, -1 << block_order, migratetype)
            if zone.trace is not None:
                zone.trace.append(
                    ("__free_one_page", pfn, zone.name, order, migratetype, fpi_flags, "=", -1, -1, 0)
                )
            return
        buddy = head ^ (1 << block_order)
        free = buddies[block_order]
        if buddy not in free:
            break
        if block_order >= PAGEBLOCK_ORDER:
            buddy_type = get_pageblock_migratetype(zone, buddy)
            if buddy_type != migratetype:
                if HIGHATOMIC in (buddy_type, migratetype):
                    break
                zone.node.set_pageblock_migratetype(buddy, migratetype)
        del free.pop(buddy)[buddy]
        head &= buddy
        block_order += 1
    tail = fpi_flags & FPI_TO_TAIL or block_order < PAGEBLOCK_ORDER and buddy_merge_likely(zone, head, block_order)
    free_list = zone.free_list[migratetype][block_order]
    part = free_list.back if tail else free_list.front
    behind = tail and (free_list.front or free_list.back or free_list.untouched)
    part[head], buddies[block_order][head] = None, part
    if zone.trace is not None:
        end = (head, block_order, int(bool(behind)))
        zone.trace.append(("__free_one_page", pfn, zone.name, order, migratetype, fpi_flags, "=", *end))


def buddy_merge_likely(zone: Zone, pfn: int, order: int) -> bool:
    """Would the doubled block find its buddy free, one order up? Asked of the zone that its first frame belongs to."""
    higher = pfn & ~(1 << order)
    asked = zone if zone.start_pfn <= higher < zone.end_pfn else zone.node.page_zone(higher)
    return asked is not None and higher ^ (2 << order) in asked.buddies[order + 1]


def compaction_capture(zone: Zone, pfn: int, order: int, migratetype: int) -> bool:
    """Keep a block that is being freed for the compaction that waits for just this one."""
    capture = zone.node.capture_control
    if capture is None or capture.page is not None or capture.zone is not zone or capture.order != order:
        return False
    if order < PAGEBLOCK_ORDER and migratetype == MOVABLE != capture.migratetype:
        return False
    capture.page = pfn
    return True


def free_pages_ok(zone: Zone, pfn: int, order: int, fpi_flags: int = FPI_NONE) -> None:
    """Give a block straight back; one larger than a pageblock in pieces of order 9, each with its own type.

    C: __free_pages_ok, split_large_buddy.
    """
    if zone.trace is not None:
        zone.trace.append(("__free_pages_ok", pfn, order, fpi_flags))
    piece = min(order, PAGEBLOCK_ORDER)
    for first in range(pfn, pfn + (1 << order), 1 << piece):
        free_one_page(zone, first, piece, get_pageblock_migratetype(zone, first), fpi_flags)
    if zone.trace is not None:
        zone.trace.append(("=",))


def prep_move_freepages_block(zone: Zone, pfn: int, count: bool = False) -> tuple[bool, int, int]:
    """Does the pageblock lie wholly in the zone; its free pages, and those in use that are on an LRU (-1 uncounted)."""
    start = pfn & -PAGEBLOCK_PAGES
    inside = zone.start_pfn <= start and start + PAGEBLOCK_PAGES <= zone.end_pfn
    free = movable = -1
    if inside and count:
        free = sum(1 << order for _, order in _free_blocks(zone, start))
        movable = zone.node.lru_pages.get(start >> PAGEBLOCK_ORDER, 0)
    if zone.trace is not None:
        zone.trace.append(("prep_move_freepages_block", zone.name, pfn, "=", int(inside), free, movable))
    return inside, free, movable


def _free_blocks(zone: Zone, start: int) -> list[tuple[int, int]]:
    """(pfn, order) of the free blocks inside a pageblock, by address. None is larger, or nobody asks."""
    return sorted(
        (pfn, order)
        for order in range(PAGEBLOCK_ORDER)
        if zone.buddies[order]
        for pfn in range(start, start + PAGEBLOCK_PAGES, 1 << order)
        if pfn in zone.buddies[order]
    )


def move_to_free_list(zone: Zone, pfn: int, order: int, old_type: int, new_type: int) -> None:
    """Move a free block to the tail of another type's list."""
    del_page_from_free_list(zone, pfn, order)
    add_to_free_list(zone, pfn, order, new_type, tail=True)
    account_freepages(zone, -1 << order, old_type)
    account_freepages(zone, 1 << order, new_type)


def move_freepages(zone: Zone, start: int, old_type: int, new_type: int) -> int:
    """Change a pageblock's type and move its free blocks; the free pages moved. C: __move_freepages_block."""
    moved = 0
    for pfn, order in _free_blocks(zone, start):
        move_to_free_list(zone, pfn, order, old_type, new_type)
        moved += 1 << order
    zone.node.set_pageblock_migratetype(start, new_type)
    if zone.trace is not None:
        zone.trace.append(("__move_freepages_block", zone.name, start, old_type, new_type, "=", moved))
    return moved


def move_freepages_block(zone: Zone, pfn: int, old_type: int, new_type: int) -> int:
    """The same for the pageblock of a frame; -1 if it does not lie wholly in the zone."""
    inside, _, _ = prep_move_freepages_block(zone, pfn)
    return move_freepages(zone, pfn & -PAGEBLOCK_PAGES, old_type, new_type) if inside else -1


def free_bootmem(zone: Zone) -> None:
    """Fill an empty zone as boot does: upwards, each time the largest aligned block without a hole, at the tail."""
    first = zone.start_pfn
    for hole, pages in (*zone.holes, (zone.end_pfn, 0)):
        while first < hole:
            order = min((first & -first).bit_length() - 1 if first else MAX_PAGE_ORDER, (hole - first).bit_length() - 1)
            if order < MAX_PAGE_ORDER:
                free_pages_ok(zone, first, order, FPI_TO_TAIL)
                first += 1 << order
            else:
                end = hole & -1 << MAX_PAGE_ORDER
                _free_run(zone, first, end)
                first = end
        first = hole + pages


def _free_run(zone: Zone, first: int, end: int) -> None:
    """Free whole blocks of order 10. Where no pageblock has a type of its own they are one untouched run."""
    if not zone.pageblock_types:
        zone.free_list[MOVABLE][MAX_PAGE_ORDER].untouched.append([first, end])
        zone.nr_free_pages += end - first
        return
    for pfn in range(first, end, 1 << MAX_PAGE_ORDER):
        free_pages_ok(zone, pfn, MAX_PAGE_ORDER, FPI_TO_TAIL)


def load_free_lists(zone: Zone, given: Lists) -> None:
    """Fill an empty zone's lists with these blocks."""
    for migratetype, orders in given.items():
        for order, runs in orders.items():
            for first, count, step in runs:
                for n in range(count):
                    add_to_free_list(zone, first + n * step, order, migratetype, tail=True)
                account_freepages(zone, count << order, migratetype)
