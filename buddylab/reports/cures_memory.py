"""What would make more of the memory there is, or more memory: compaction, CMA, reserves, pages."""

from dataclasses import replace

from buddylab.core.setup import LOWMEM_RESERVE_RATIO
from buddylab.reports import settings
from buddylab.reports.cure import Case, Cure, Turn, fewest, largest
from buddylab.reports.period import period
from buddylab.reports.release import Release
from buddylab.reports.rules import OLD, State
from buddylab.reports.setup import pages_above, reserve_with
from buddylab.said import Said

COMPACTION_FROM = Release(2, 6, 35)


def compact(case: Case) -> Cure | None:
    """Enough is free, only scattered: compaction may bring pages together."""
    state, order = case.state, case.order
    if not order or state.counts is None or case.rule.name in OLD or period(case.told.report)[1] < COMPACTION_FROM:
        return None
    loose = sum(nr << o for o, nr in enumerate(state.counts[:order]))
    above = [*state.counts[order:]] or [0]
    above[0] += loose >> order
    below = [loose & (1 << order) - 1, *[0] * (order - 1)]
    typed = any(state.types or ())
    letters = ("",) * order + ("M" if typed else "",) * len(above)
    said = Said(
        f"compaction: {loose:,} free pages in smaller blocks could make {loose >> order:,} of order {order}",
        f"内存规整：较小块中的 {loose:,} 个空闲页可以凑成 {loose >> order:,} 个 {order} 阶块",
    )
    turn = Turn("vm.compact_memory", None, 1, "echo 1 > /proc/sys/vm/compact_memory")
    return case.cure("compact", said, settings.COMPACTED, replace(state, counts=(*below, *above), types=letters), turn)


def less_cma(case: Case) -> Cure | None:
    """A smaller CMA area: its free pages are then anybody's."""
    state = case.state
    if not state.cma or case.rights.cma or case.rule.name in OLD:
        return None
    most = largest(state.cma, 0, lambda kept: case.passes(_opened(state, kept)))
    if most is None:
        return None
    kb = case.told.report.page_kb
    said = Said(
        f"{(state.cma - most) * kb:,} kB less reserved for CMA in {state.label} (cma= on the kernel's command line)",
        f"{state.label} 中为 CMA 少保留 {(state.cma - most) * kb:,} kB（内核命令行的 cma=）",
    )
    return case.cure("cma", said, settings.CMA, _opened(state, most), Turn("cma", state.cma * kb, most * kb))


def _opened(state: State, kept: int) -> State:
    """The zone with so many free CMA pages. Which blocks are opened is known only if none is CMA any more."""
    opens = state.types and not kept
    types = tuple(letters.replace("C", "M") for letters in state.types or ()) if opens else state.types
    return replace(state, cma=kept, types=types)


def lower_reserve(case: Case) -> Cure | None:
    """The smallest lowmem_reserve_ratio that lets it pass, whatever the division by the usual one has rounded off.

    C: setup_per_zone_lowmem_reserve: reserve = pages above / ratio. Before 2.6.11 there was no such ratio: pages alone.
    """
    state, told = case.state, case.told
    most = largest(state.reserve, 0, lambda r: case.passes(replace(state, reserve=r)))
    if most is None:
        return None
    usual = LOWMEM_RESERVE_RATIO.get(state.label.split()[-1])
    if usual is None or case.rule.name in OLD:
        said = Said(
            f"a reserve of {most} pages instead of {state.reserve} in {state.label}",
            f"{state.label} 的保留量为 {most} 页而不是 {state.reserve} 页",
        )
        turn = Turn("lowmem_reserve", state.reserve, most)
        return case.cure("reserve", said, settings.RATIO, replace(state, reserve=most), turn)
    zone = told.report.zone(case.test.label)
    above = pages_above(told.report.zones, zone, told.zone_types, told.classzone_idx, told.report.page_kb)
    ratio, kept = reserve_with(state.reserve, above, usual, most)
    said = Said(
        f"lowmem_reserve_ratio {ratio} instead of the usual {usual} for {state.label}: a reserve of at most "
        f"{kept} pages instead of {state.reserve}",
        f"{state.label} 的 lowmem_reserve_ratio 为 {ratio} 而不是通常的 {usual}："
        f"保留量最多 {kept} 页而不是 {state.reserve} 页",
    )
    turn = Turn("vm.lowmem_reserve_ratio", usual, ratio)
    return case.cure("reserve", said, settings.RATIO, replace(state, reserve=kept), turn)


def more_memory(case: Case) -> Cure | None:
    """The fewest pages more that are enough, and of which order they must be."""
    state = case.state
    best: tuple[int, int] | None = None
    for o in range(case.order + 1 if state.counts is not None else 1):
        nr = fewest(lambda n: case.passes(_with_blocks(state, n, o)))  # noqa: B023
        if nr and (best is None or nr << o < best[0] << best[1]):
            best = nr, o
    if best is None:
        return None
    nr, o = best
    pages = nr << o
    if not o:
        s = "s" if pages > 1 else ""
        said = Said(f"{pages:,} more free page{s} in {state.label}", f"{state.label} 再多 {pages:,} 个空闲页")
    elif nr == 1:
        said = Said(f"one free block of order {o} more in {state.label}", f"{state.label} 多一个 {o} 阶空闲块")
    else:
        said = Said(
            f"{pages:,} more free pages in {state.label}, in blocks of order {o} or above",
            f"{state.label} 再多 {pages:,} 个空闲页，位于 {o} 阶及以上的块中",
        )
    turn = Turn("free_pages", state.free, state.free + pages)
    return case.cure("memory", said, settings.MEMORY, _with_blocks(state, nr, o), turn)


def _with_blocks(state: State, nr: int, order: int) -> State:
    """The zone with so many free blocks more of an order, of a type that anybody may take."""
    counts, letters = state.counts, state.types
    if counts is not None and order >= len(counts):
        counts = (*counts, *[0] * (order + 1 - len(counts)))
        letters = (*letters, *[""] * (order + 1 - len(letters))) if letters is not None else None
    more = None if counts is None else tuple(held + nr * (place == order) for place, held in enumerate(counts))
    if letters and any(letters):
        letters = tuple(kept + "M" if place == order else kept for place, kept in enumerate(letters))
    return replace(state, free=state.free + (nr << order), counts=more, types=letters)
