"""One right and three wrong solutions of each exercise that a student writes."""

from buddylab.core import gfp
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH


def expand(pfn, low, high):
    freed = []
    while high > low:
        high -= 1
        freed.append((high, pfn + (1 << high)))
    return freed


def expand_gives_away_the_top(pfn, low, high):
    freed = []
    while high > low:
        high -= 1
        freed.append((high, pfn))
        pfn += 1 << high
    return freed


def expand_once(pfn, low, high):
    return [(high - 1, pfn + (1 << high - 1))]


def expand_with_the_old_order(pfn, low, high):
    return [(order, pfn + (1 << order + 1)) for order in range(low, high)]


def watermark(free_pages, nr_free, order, mark, lowmem_reserve, alloc_flags):
    free_pages -= (1 << order) - 1
    if alloc_flags & ALLOC_HIGH:
        mark -= mark // 2
    if alloc_flags & ALLOC_HARDER:
        mark -= mark // 4
    if free_pages <= mark + lowmem_reserve:
        return False
    for o in range(order):
        free_pages -= nr_free[o] << o
        mark >>= 1
        if free_pages <= mark:
            return False
    return True


def watermark_without_orders(free_pages, nr_free, order, mark, lowmem_reserve, alloc_flags):
    return watermark(free_pages, nr_free, 0, mark, lowmem_reserve, alloc_flags)


def watermark_without_flags(free_pages, nr_free, order, mark, lowmem_reserve, alloc_flags):
    return watermark(free_pages, nr_free, order, mark, lowmem_reserve, 0)


def watermark_may_touch(free_pages, nr_free, order, mark, lowmem_reserve, alloc_flags):
    return watermark(free_pages + 1, nr_free, order, mark, lowmem_reserve, alloc_flags)


def refill(free_lists, count):
    taken = []
    for _ in range(count):
        order = next((o for o in range(11) if free_lists[o]), None)
        if order is None:
            break
        pfn = free_lists[order].pop(0)
        for half, head in sorted(expand(pfn, 0, order)):
            free_lists[half].insert(0, head)
        taken.append(pfn)
    return taken


def refill_backwards(free_lists, count):
    return refill(free_lists, count)[::-1]


def refill_from_the_tail(free_lists, count):
    return refill([pfns[::-1] for pfns in free_lists], count)


def refill_one(free_lists, count):
    return refill(free_lists, 1)


def retry(order, gfp_mask):
    return not gfp_mask & gfp.NORETRY and (order <= 3 or bool(gfp_mask & (gfp.REPEAT | gfp.NOFAIL)))


def retry_nofail_first(order, gfp_mask):
    return bool(gfp_mask & gfp.NOFAIL) or retry(order, gfp_mask)


def retry_small_only(order, gfp_mask):
    return not gfp_mask & gfp.NORETRY and order <= 3


def retry_below_three(order, gfp_mask):
    return not gfp_mask & gfp.NORETRY and (order < 3 or bool(gfp_mask & (gfp.REPEAT | gfp.NOFAIL)))


RIGHT = {"01.expand": expand, "03.zone_watermark_ok": watermark, "06.rmqueue_bulk": refill, "09.do_retry": retry}
WRONG = {
    "01.expand": (expand_gives_away_the_top, expand_once, expand_with_the_old_order),
    "03.zone_watermark_ok": (watermark_without_orders, watermark_without_flags, watermark_may_touch),
    "06.rmqueue_bulk": (refill_backwards, refill_from_the_tail, refill_one),
    "09.do_retry": (retry_nofail_first, retry_small_only, retry_below_three),
}
