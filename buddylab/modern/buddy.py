"""The free lists of one zone: take, split, give back, merge, move pageblocks between types. C: mm/page_alloc.c."""

from buddylab.modern import mm
from buddylab.modern.mm import HIGHATOMIC, MAX_PAGE_ORDER, MOVABLE, PAGEBLOCK_ORDER, UP
from buddylab.modern.zone import CaptureControl, Zone


def get_pageblock_migratetype(zone: Zone, pfn: int) -> int:
    """The type of the pageblock that the frame lies in."""
    return zone.pageblock_types.get(pfn >> PAGEBLOCK_ORDER, MOVABLE)


def account_freepages(zone: Zone, pages: int, migratetype: int) -> None:
    """Count pages that became free, or negative ones that are taken."""
    zone.nr_free_pages += pages
    if migratetype == HIGHATOMIC:
        zone.nr_free_highatomic += pages


def add_to_free_list(zone: Zone, pfn: int, order: int, migratetype: int, tail: bool) -> None:
    """Put a block at the head of a list, or at its tail; nothing is counted."""
    free_list = zone.free_list[migratetype][order]
    part = free_list.back if tail else free_list.front
    part[pfn], zone.buddies[order][pfn] = None, part


def del_page_from_free_list(zone: Zone, pfn: int, order: int) -> None:
    """Take a free block off the list that it is on, whichever that is; nothing is counted."""
    del zone.buddies[order].pop(pfn)[pfn]


def refill_front(zone: Zone, order: int, migratetype: int) -> bool:
    """Make the list's head the newest key of its front; False for an empty list."""
    free_list = zone.free_list[migratetype][order]
    front, buddies, runs = free_list.front, zone.buddies[order], free_list.untouched
    if front:
        return True
    if runs:
        pfn = runs[0][0]
        front[pfn], buddies[pfn] = None, front
        runs[0][0] += 1 << MAX_PAGE_ORDER
        if runs[0][0] == runs[0][1]:
            del runs[0]
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
        zone.trace.append(("__rmqueue_smallest", zone.name, order, migratetype, "=", -1 if found is None else found))
    return found


def free_one_page(zone: Zone, pfn: int, order: int, migratetype: int, fpi_flags: int = mm.FPI_NONE) -> None:
    """Give a block back, merged with its buddy (at pfn XOR 2^order) as long as that is free. C: __free_one_page."""
    buddies, capture = zone.buddies, zone.node.capture_control
    zone.nr_free_pages += 1 << order
    if migratetype == HIGHATOMIC:
        zone.nr_free_highatomic += 1 << order
    head, block_order, behind = pfn, order, False
    end = MAX_PAGE_ORDER if capture is None else captured_at(capture, zone, order, migratetype)
    while block_order < end:
        buddy, free = head ^ (1 << block_order), buddies[block_order]
        if buddy not in free or block_order == PAGEBLOCK_ORDER and not types_merge(zone, buddy, migratetype):
            break
        del free.pop(buddy)[buddy]
        head &= buddy
        block_order += 1
    if capture is not None and block_order == end < MAX_PAGE_ORDER:
        capture.page = head
        account_freepages(zone, -1 << block_order, migratetype)
        head = block_order = -1
    else:
        free_list = zone.free_list[migratetype][block_order]
        if fpi_flags or block_order < PAGEBLOCK_ORDER and merge_likely(zone, head, block_order):
            behind = bool(free_list.back or free_list.front or free_list.untouched)
            part = free_list.back
        else:
            part = free_list.front
        part[head], buddies[block_order][head] = None, part
    if zone.trace is not None:
        end_of_it = (head, block_order, int(behind))
        zone.trace.append(("__free_one_page", pfn, zone.name, order, migratetype, fpi_flags, "=", *end_of_it))


def merge_likely(zone: Zone, pfn: int, order: int) -> bool:
    """Is the doubled block's buddy free, one order up? Then a block goes to the tail. C: buddy_merge_likely."""
    higher = pfn & ~(1 << order)
    if higher >= zone.start_pfn:
        return higher ^ (2 << order) in zone.buddies[order + 1]
    # Asked is the zone that the doubled block's first frame names; a frame that lies in no zone says 0, which is DMA.
    asked = zone.node.zone_of(higher) or next((z for z in zone.node.zones if z.index == 0), None)
    return asked is not None and higher ^ (2 << order) in asked.buddies[order + 1]


def types_merge(zone: Zone, buddy: int, migratetype: int) -> bool:
    """May whole pageblocks merge? High-atomic ones only with their like; of others the buddy takes over the type."""
    buddy_type = get_pageblock_migratetype(zone, buddy)
    if buddy_type != migratetype:
        if HIGHATOMIC in (buddy_type, migratetype):
            return False
        zone.node.set_pageblock_migratetype(buddy, PAGEBLOCK_ORDER, migratetype)
    return True


def captured_at(capture: CaptureControl, zone: Zone, order: int, migratetype: int) -> int:
    """The order at which a compaction keeps the block that is being freed; 10, where merging ends, if it does not."""
    if capture.page is not None or capture.zone is not zone or capture.order < order:
        return MAX_PAGE_ORDER
    pollutes = capture.order < PAGEBLOCK_ORDER and migratetype == MOVABLE != capture.migratetype
    return MAX_PAGE_ORDER if pollutes else capture.order


def free_pages_ok(zone: Zone, pfn: int, order: int, fpi_flags: int = mm.FPI_NONE) -> None:
    """Give a block straight back, a larger one than a pageblock in pieces of order 9. C: __free_pages_ok."""
    trace, types = zone.trace, zone.pageblock_types
    if trace is not None:
        trace.append(("__free_pages_ok", pfn, order, fpi_flags))
    if order <= PAGEBLOCK_ORDER:
        free_one_page(zone, pfn, order, types.get(pfn >> PAGEBLOCK_ORDER, MOVABLE), fpi_flags)
    else:
        for first in range(pfn, pfn + (1 << order), mm.PAGEBLOCK_PAGES):
            free_one_page(zone, first, PAGEBLOCK_ORDER, get_pageblock_migratetype(zone, first), fpi_flags)
    if trace is not None:
        trace.append(("=",))


def free_blocks(zone: Zone, start: int) -> list[tuple[int, int]]:
    """(pfn, order) of the free blocks inside a pageblock, by address; it is never asked of one that is free whole."""
    return sorted(
        (pfn, order)
        for order in range(PAGEBLOCK_ORDER)
        if zone.buddies[order]
        for pfn in range(start, start + mm.PAGEBLOCK_PAGES, 1 << order)
        if pfn in zone.buddies[order]
    )


def prep_move_freepages_block(zone: Zone, pfn: int, count: bool = False) -> tuple[bool, int, int]:
    """Does the pageblock lie wholly in the zone; its free pages, and those in use that are on an LRU (-1 uncounted)."""
    start = pfn & -mm.PAGEBLOCK_PAGES
    inside, free, movable = zone.start_pfn <= start and start + mm.PAGEBLOCK_PAGES <= zone.end_pfn, -1, -1
    if inside and count:
        free = sum(1 << order for _, order in free_blocks(zone, start))
        movable = zone.node.lru_pages.get(start >> PAGEBLOCK_ORDER, 0)
    zone.note("prep_move_freepages_block", zone.name, pfn, "=", int(inside), free, movable)
    return inside, free, movable


def move_to_free_list(zone: Zone, pfn: int, order: int, old_type: int, new_type: int) -> None:
    """Move a free block to the tail of another type's list."""
    del_page_from_free_list(zone, pfn, order)
    add_to_free_list(zone, pfn, order, new_type, tail=True)
    account_freepages(zone, -1 << order, old_type)
    account_freepages(zone, 1 << order, new_type)


def move_freepages(zone: Zone, pfn: int, old_type: int, new_type: int) -> int:
    """Change a pageblock's type and move its free blocks; the free pages moved. C: __move_freepages_block."""
    start, moved = pfn & -mm.PAGEBLOCK_PAGES, 0
    for first, order in free_blocks(zone, start):
        move_to_free_list(zone, first, order, old_type, new_type)
        moved += 1 << order
    zone.node.set_pageblock_migratetype(start, PAGEBLOCK_ORDER, new_type)
    zone.note("__move_freepages_block", zone.name, start, old_type, new_type, "=", moved)
    return moved


def free_bootmem(zone: Zone) -> None:
    """Fill an empty zone as boot does: upwards, each time the largest aligned block without a hole, at the tail."""
    first, top = zone.start_pfn, 1 << MAX_PAGE_ORDER
    for hole, pages in (*zone.holes, (zone.end_pfn, 0)):
        while first < hole:
            size = min(first & -first or top, top, 1 << (hole - first).bit_length() - 1)
            if size == top and not zone.pageblock_types:  # no pageblock has a type of its own: one untouched run
                size = (hole & -top) - first
                zone.free_list[MOVABLE][MAX_PAGE_ORDER].untouched.append([first, first + size])
                zone.nr_free_pages += size
            else:
                free_pages_ok(zone, first, size.bit_length() - 1, mm.FPI_TO_TAIL)
            first += size
        first = hole + pages
