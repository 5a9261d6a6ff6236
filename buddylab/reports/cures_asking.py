"""What the one who asks can change: the order, the way of asking, the mask. For a driver's author."""

from buddylab.reports import settings
from buddylab.reports.caller import can_sleep, for_a_process, may_sleep
from buddylab.reports.causes import rights_at
from buddylab.reports.cure import Case, Cure, Turn, margin
from buddylab.reports.explain import explain
from buddylab.reports.explanation import Explanation
from buddylab.reports.masks import Table, read
from buddylab.said import Said


def _highest_order(case: Case) -> int | None:
    """The highest smaller order that passes."""
    return next((o for o in range(case.order - 1, -1, -1) if case.passes(case.state, o)), None)


def lower_order(case: Case) -> Cure | None:
    """The highest smaller order that passes."""
    o = _highest_order(case)
    if o is None:
        return None
    said = Said(f"order {o} instead of {case.order}", f"用 {o} 阶而不是 {case.order} 阶")
    price = settings.PIECES if may_sleep(case.told) else settings.MTU
    return case.cure("order", said, price, case.state, Turn("order", case.order, o), o)


def kvmalloc(case: Case) -> Cure | None:
    """Single pages mapped in a row, for a caller in the kernel that may sleep."""
    told = case.told
    sleeps = may_sleep(told) and told.table is not None and bool(told.mode & told.table.bit("FS"))
    if not case.order or not sleeps or for_a_process(told) or told.report.kind == "vmalloc":
        return None
    said = Said(
        f"kvmalloc() or vmalloc() instead of kmalloc(): {1 << case.order} single pages",
        f"用 kvmalloc() 或 vmalloc() 代替 kmalloc()：{1 << case.order} 个单页",
    )
    return case.cure("kvmalloc", said, settings.KVMALLOC, case.state, Turn("order", case.order, 0), 0)


def fallback(case: Case) -> Cure | None:
    """Ask without trying hard, and take the smaller block if it is refused."""
    o = _highest_order(case)
    if o is None or not may_sleep(case.told):
        return None
    said = Said(
        f"__GFP_NORETRY|__GFP_NOWARN for order {case.order}, and order {o} if that is refused",
        f"{case.order} 阶用 __GFP_NORETRY|__GFP_NOWARN，被拒绝时改用 {o} 阶",
    )
    return case.cure("fallback", said, settings.FALLBACK, case.state, Turn("order", case.order, o), o)


def other_mask(told: Explanation, table: Table) -> Cure | None:
    """The named mask of this kernel, or the request's own with one bit more, that differs least and would pass.

    Never one that sleeps for a caller that cannot, and none where nobody could choose: a page fault, the page cache.
    """
    if for_a_process(told):
        return None
    named = {**table.composed()}
    for bit in ("HIGH", "DMA", "DMA32", "HIGHMEM"):
        if value := table.bit(bit):
            named[str(read(told.mode | value, table))] = told.mode | value
    ranked = sorted(named.items(), key=lambda one: ((one[1] ^ told.mode).bit_count(), one[1]))
    for name, mask in ranked:
        if mask == told.mode or can_sleep(told, mask) != may_sleep(told):
            continue
        again = explain(told.report, order=told.order, mode=mask)
        if not again.verdict.passes or again.rule is None:
            continue
        test = next(test for test in again.tests if test.passes)
        spare = margin(test.rows)
        if test.state is None or spare is None:
            continue
        said = Said(
            f"the mask {name} ({mask:#x}) instead of {told.mode:#x}", f"用掩码 {name}（{mask:#x}）而不是 {told.mode:#x}"
        )
        urgent = mask & table.bit("HIGH") and not told.mode & table.bit("HIGH")
        price = settings.URGENT if urgent else settings.OTHER
        turn = Turn("gfp_mask", f"{told.mode:#x}", f"{mask:#x}")
        return Cure("mask", test.label, said, spare, test.state, again.order, rights_at(again, test), price, turn)
    return None
