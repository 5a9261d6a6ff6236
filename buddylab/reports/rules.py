"""The watermark test of each generation of kernels, row by row. A release without a rule here gets no verdict.

Units: pages. C: mm/page_alloc.c, __alloc_pages (2.6.10), zone_watermark_ok and __zone_watermark_ok (later).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH
from buddylab.core.zone import rows as core_rows
from buddylab.reports.masks import Table
from buddylab.reports.release import NEWEST, Release
from buddylab.said import Said

USUAL_TYPES = frozenset("UMER")
"""Letters of the lists that any request may take from: unmovable, movable, reclaimable (E), and 3.x's reserve (R)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How the releases from first to last test a zone. name: `protection`, `free`, `loop` or `any`."""

    name: str
    first: Release
    last: Release
    words: Said
    source: str


RULES = (
    Rule(
        "protection",
        Release(2, 6, 8),
        Release(2, 6, 8),
        Said(
            "all free pages against protections[], which hold the mark; orders are not looked at; an urgent request "
            "may take a quarter of pages_low more, and one that cannot wait passes where pages_high are free",
            "全部空闲页对 protections[]（其中已含水位线）；不看阶；紧急请求可再多用 pages_low 的四分之一，"
            "不能等待的请求在空闲达到 pages_high 时也通过",
        ),
        "mm/page_alloc.c of 2.6.8 (__alloc_pages, setup_per_zone_protection); the context of a cpuset patch against "
        "2.6.8-rc2-mm2, 4 August 2004, has the same lines. 2.6.0 has another form (it adds the marks up from zone to "
        "zone); 2.6.1 to 2.6.7 were not looked up, so there is no rule before 2.6.8",
    ),
    Rule(
        "free",
        Release(2, 6, 9),
        Release(2, 6, 10),
        Said("all free pages against mark and reserve; orders are not looked at", "全部空闲页对水位线加保留；不看阶"),
        "a patch against 2.6.9 (30 June 2005) that copies __alloc_pages whole; quoted on linux-kernel on 22 October "
        "2004, four days after 2.6.9; the context of `oom killer (Core)`, 3 December 2004, three weeks before 2.6.10. "
        "No commit is known: git begins with 2.6.12",
    ),
    Rule(
        "loop",
        Release(2, 6, 11),
        Release(4, 3, 999),
        Said(
            "all free pages against mark and reserve, then order by order against the mark halved each time",
            "全部空闲页对水位线加保留，再逐阶对每次减半的水位线",
        ),
        "`mm: higher order watermarks`, in the summary of changes from v2.6.10 to v2.6.11-rc1; replaced in 4.4 by "
        "commit 97a16fc82a7c. From 3.7 on commit d95ea5d18e69 leaves out free CMA pages (`backported to v3.7-v3.10`, "
        "says a mail about it on linux-mm). Which -rc the loop came with is known, its commit is not",
    ),
    Rule(
        "any",
        Release(4, 4),
        Release(4, 14, 999),
        Said(
            "free pages against mark and reserve, then any suitable free block of the order or above; to one that may "
            "try harder a block of any type counts",
            "空闲页对水位线加保留，再看有无该阶或以上的合适空闲块；对可更努力的请求，任何类型的块都算",
        ),
        "commits 97a16fc82a7c (only order 0 has marks), 0aaa29a56e4f (HighAtomic reserve), d0164adc89f6 "
        "(__GFP_ATOMIC); mails on linux-mm and a table of version boundaries name 4.4 for them. A block of any type: "
        "`mm, page_alloc: fix potential false positive in __zone_watermark_ok`, 2 November 2017, ten days before "
        "4.14; it is taken to be in 4.15, whose own file was not looked up",
    ),
    Rule(
        "any",
        Release(4, 15),
        Release(6, 2, 999),
        Said(
            "free pages against mark and reserve, then any suitable free block of the order or above",
            "空闲页对水位线加保留，再看有无该阶或以上的合适空闲块",
        ),
        "as from 4.4 on, with the patch of 2 November 2017: to try harder opens HighAtomic blocks and no others",
    ),
    Rule(
        "any",
        Release(6, 3),
        Release(6, 17, 999),
        Said(
            "free pages against mark and reserve, then any suitable free block of the order or above",
            "空闲页对水位线加保留，再看有无该阶或以上的合适空闲块",
        ),
        "as from 4.15 on, with commits 1ebbb21811b7 (who may go below the mark; one that cannot wait and wants more "
        "than a page takes HighAtomic blocks) and 2973d8229b78 (no __GFP_ATOMIC), both 6.3, named by a table of "
        "version boundaries. The fix of the next rule is in later stable updates of these, which were not looked up",
    ),
    Rule(
        "any",
        Release(6, 18),
        NEWEST,
        Said(
            "free pages against mark and reserve, then any suitable free block of the order or above",
            "空闲页对水位线加保留，再看有无该阶或以上的合适空闲块",
        ),
        "as from 6.3 on, with `mm/page_alloc: only set ALLOC_HIGHATOMIC for __GPF_HIGH allocations`, 14 August 2025, "
        "during 6.17-rc; it is taken to be in 6.18, whose own file was not looked up",
    ),
)


OLD = ("protection", "free")
"""The rules that do not look at orders."""


def rules_for(first: Release, last: Release) -> list[Rule]:
    """The rules of the releases from first to last, the oldest first."""
    return [rule for rule in RULES if rule.first <= last and first <= rule.last]


@dataclass(frozen=True, slots=True)
class Rights:
    """What a request may do: go below the mark (high, harder), take CMA or HighAtomic blocks, ignore marks.

    any_type: blocks that it may not take are counted for it, too.
    """

    high: bool = False
    harder: bool = False
    cma: bool = False
    high_atomic: bool = False
    reserves: bool = False
    no_watermarks: bool = False
    any_type: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """One zone as a rule sees it, in pages. counts, types: by order, None where the report has no buddy line.

    mark: the mark that the test is held against; boost: the part of it that a boost has added for a while.
    """

    label: str
    free: int
    mark: int
    reserve: int
    counts: tuple[int, ...] | None = None
    types: tuple[str, ...] | None = None
    cma: int = 0
    high_atomic: int = 0
    boost: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: is `free` above `needed`? nr: blocks left out (loop) or found (any) at this order."""

    order: int
    free: int
    needed: int
    ok: bool
    nr: int | None = None


def rights_of(mask: int, order: int, table: Table, rule: Rule) -> list[Rights]:
    """What the mask allows under a rule; more than one where the exact release would have to be known.

    A task with a real-time priority may do as much as one that cannot wait; no report shows that.
    """
    bit = table.bit
    exempt = bool(mask & bit("NOMEMALLOC"))
    cma, no_watermarks = bool(mask & bit("MOVABLE")), bool(mask & bit("MEMALLOC")) and not exempt
    high = bool(mask & bit("HIGH"))
    if table.style == "wait":
        harder = not mask & bit("WAIT")
        doubtful = harder and (exempt or mask & bit("NO_KSWAPD")) and rule.last >= Release(3, 0)
        ways = [True, False] if doubtful else [harder]
        return [Rights(high, way, cma, False, high or way, no_watermarks) for way in ways]
    if rule.first < Release(6, 3):
        harder = bool(mask & bit("ATOMIC")) and not exempt
        return [Rights(high, harder, cma, harder, harder, no_watermarks, harder and rule.last < Release(4, 15))]
    non_block = not mask & bit("DIRECT_RECLAIM") and not exempt
    opens = non_block and order > 0
    atomics = {opens and (high or rule.last < Release(6, 18)), opens and high}  # before and after the fix of 2025
    return [
        Rights(high, high and non_block, cma, atomic, high or non_block, no_watermarks)
        for atomic in sorted(atomics, reverse=True)
    ]


def lowered(mark: int, rights: Rights, rule: Rule) -> int:
    """The mark after what the request's urgency takes off: a half, then a quarter of the rest.

    2.6.8 has the mark in the reserve; what is left is what is taken off: a quarter of pages_low, twice the mark.
    """
    if rule.name == "protection":
        return -(mark // 2) if rights.high else 0
    if rights.high:
        mark = mark // 2 if rule.name == "free" else mark - mark // 2
    if rights.harder:
        mark -= mark // 4
    return mark


def rows(state: State, order: int, rights: Rights, rule: Rule) -> list[Row] | None:
    """The comparisons down to the first that refuses; None where a figure for them is missing."""
    if rights.no_watermarks:
        return [_found_any(state, order, rights)] if state.counts else None
    told = list(_rows(state, order, rights, rule))
    urgent = rights.harder if rule.last < Release(6, 3) else rights.high  # __GFP_ATOMIC, from 6.3 on __GFP_HIGH
    if rule.name == "any" and not told[0].ok and not order and urgent and state.boost:
        # C: zone_watermark_fast: an urgent request for one page is not held back by a boost.
        told = [_first(state, order, rights, rule, state.mark - state.boost)]
    complete = not told[-1].ok or rule.name in OLD or not order or state.counts is not None
    return told if complete else None


def _first(state: State, order: int, rights: Rights, rule: Rule, mark: int) -> Row:
    """Row 0: the free pages that are left, against mark and reserve."""
    free = state.free - (1 << order) + 1 - usable_less(state, rights, rule)
    needed = lowered(mark, rights, rule) + state.reserve
    return Row(0, free, needed, free > needed)


def usable_less(state: State, rights: Rights, rule: Rule) -> int:
    """Free pages that this request cannot have: CMA, and from 4.4 on the HighAtomic reserve."""
    less = 0 if rights.cma or rule.name in OLD else state.cma
    return less + (state.high_atomic if rule.name == "any" and not rights.reserves else 0)


def _rows(state: State, order: int, rights: Rights, rule: Rule) -> Iterator[Row]:
    row = _first(state, order, rights, rule, state.mark)
    yield row
    if not row.ok and rule.name == "protection" and rights.harder:
        # C: !wait && z->free_pages >= z->pages_high, which is three times pages_min.
        yield Row(0, state.free, 3 * state.mark - 1, state.free >= 3 * state.mark)
    if row.ok and order and rule.name == "loop":
        yield from _loop_rows(state, order, row.free + (1 << order) - 1, rights)
    elif row.ok and order and rule.name == "any" and state.counts is not None:
        yield _found_any(state, order, rights)


def _loop_rows(state: State, order: int, free: int, rights: Rights) -> Iterator[Row]:
    """Rows 1 to order: pages in smaller blocks do not count, the mark is halved. free: before the block is taken.

    The numbers are those of the core's own `rows`; a first row that passes only since C compares it unsigned counts as
    refused here, as the next row does it anyway.
    """
    if state.counts is None:
        return
    flags = ALLOC_HIGH * rights.high | ALLOC_HARDER * rights.harder
    nr_free = [*state.counts, *[0] * order][:order]
    for row in core_rows(free, nr_free, order, state.mark, state.reserve, flags)[1:]:
        yield Row(row.order, row.free_pages, row.mark, row.ok, row.nr_free)


def _found_any(state: State, order: int, rights: Rights) -> Row:
    """Is there a free block of the order or above on a list that the request may take from?"""
    counts, types = state.counts or (), state.types or ()
    letters = USUAL_TYPES | ({"H"} if rights.high_atomic else set()) | ({"C"} if rights.cma else set())
    every = rights.any_type or not any(types)
    fit = [nr for o, nr in enumerate(counts) if o >= order and (every or set(types[o]) & letters)]
    return Row(order, sum(fit), 0, sum(fit) > 0, sum(fit))
