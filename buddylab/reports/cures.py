"""What would have let the request pass: for every zone that refused, the smallest single changes, found by search.

Each candidate is put to the same rule again; only what passes is told, with the margin in its tightest row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from buddylab.core.setup import LOWMEM_RESERVE_RATIO
from buddylab.reports.explain import Explanation, explain
from buddylab.reports.masks import Table, read
from buddylab.reports.report import Report
from buddylab.reports.rules import OLD, Rights, Row, Rule, State, rows
from buddylab.reports.said import Said
from buddylab.reports.verdict import ZoneTest


@dataclass(frozen=True, slots=True)
class Cure:
    """One change. margin: by how many pages (or blocks) the tightest row then passes. warning: what it costs."""

    kind: str
    zone: str
    sentence: Said
    margin: int
    state: State
    order: int
    rights: Rights
    warning: str = ""


MOST_ZONES = 200
"""Cures are looked for in so many zones, the first tried first; another mask only if there are no more."""


def cures(told: Explanation) -> list[Cure]:
    """All cures for a refused request, zone by zone; an empty list if it was not refused or there is no verdict."""
    if told.verdict.passes is not False or told.rule is None:
        return []
    found: list[Cure] = []
    total = _min_free_kbytes(told.report)
    for test in told.tests[:MOST_ZONES]:
        if test.state is not None and test.passes is False:
            found += _zone_cures(told, told.rule, test, test.state, total)
    if told.table and len(told.tests) <= MOST_ZONES and (mask := _other_mask(told, told.table)):
        found.append(mask)
    return found


def margin(told: list[Row] | None) -> int | None:
    """Pages or blocks to spare in the tightest row; None if the request is refused."""
    return min(row.free - row.needed for row in told) if told and told[-1].ok else None


def _min_free_kbytes(report: Report) -> int:
    """About what it is: the marks of the zones that share it, added up, in kB."""
    marks = [zone.pages("min", report.page_kb) for zone in report.zones if zone.name not in ("HighMem", "Movable")]
    return sum(known for known in marks if known is not None) * report.page_kb


def _zone_cures(told: Explanation, rule: Rule, test: ZoneTest, state: State, total: int) -> Iterator[Cure]:
    rights = Rights() if test.mark == "high" else told.rights
    case = Case(told, rule, test, state, told.order, rights, total)
    for search in (_one_block, _lower_order, _lower_mark, _lower_reserve):
        if cure := search(case):
            yield cure


@dataclass(frozen=True, slots=True)
class Case:
    """One refusal: the zone's figures, the request, the rule."""

    told: Explanation
    rule: Rule
    test: ZoneTest
    state: State
    order: int
    rights: Rights
    min_free_kbytes: int

    def passes(self, state: State, order: int | None = None) -> bool:
        """Would it pass with these figures, or this order?"""
        return margin(rows(state, self.order if order is None else order, self.rights, self.rule)) is not None

    def cure(self, kind: str, said: Said, state: State, order: int | None = None, warning: str = "") -> Cure:
        """The change, run again. Raises ValueError if it does not hold."""
        order = self.order if order is None else order
        spare = margin(rows(state, order, self.rights, self.rule))
        if spare is None:
            raise ValueError(f"a cure for {self.test.label} does not hold: {said}")
        return Cure(kind, self.test.label, said, spare, state, order, self.rights, warning)


def _one_block(case: Case) -> Cure | None:
    """One free block more, of the smallest order that is enough."""
    state = case.state
    counts, types = state.counts or (), state.types or ()
    for o in range(len(counts)):
        more = tuple(nr + (place == o) for place, nr in enumerate(counts))
        letters = tuple(kept + "M" if place == o and any(types) else kept for place, kept in enumerate(types))
        new = replace(state, free=state.free + (1 << o), counts=more, types=letters)
        if case.passes(new):
            said = Said(f"one free block of order {o} more in {state.label}", f"{state.label} 多一个 {o} 阶空闲块")
            return case.cure("block", said, new)
    return None


MTU = Said(
    "for a network driver: a smaller MTU (1500 instead of 9000) needs smaller blocks",
    "如果是网卡驱动：更小的 MTU（1500 而不是 9000）只需要更小的块",
)


def _lower_order(case: Case) -> Cure | None:
    """The highest smaller order that passes."""
    for o in range(case.order - 1, -1, -1):
        if case.passes(case.state, o):
            said = Said(f"order {o} instead of {case.order}", f"用 {o} 阶而不是 {case.order} 阶")
            return case.cure("order", said, case.state, o, "" if _may_wait(case.told) else MTU)
    return None


def _may_wait(told: Explanation) -> bool:
    """May the caller sleep? One that may not and wants several pages in a row is a driver, mostly."""
    return bool(told.table and told.mode & (told.table.bit("WAIT") | told.table.bit("DIRECT_RECLAIM")))


def _largest(limit: int, holds: Callable[[int], bool]) -> int | None:
    """The largest number below limit for which it holds, if it holds for all smaller ones; by halving."""
    low, high = 0, limit
    if not limit or not holds(0):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


RAISES = Said(
    "lowering it takes from what interrupts and reclaim live on; raising it, the usual advice, lifts every "
    "mark at once and refuses this request all the more until reclaim has caught up",
    "调低会占用中断和回收赖以运行的内存；而通常建议的调高会立刻抬高所有水位，在回收赶上之前这个请求更会被拒绝",
)


def _lower_mark(case: Case) -> Cure | None:
    """The mark that just lets it pass, and min_free_kbytes by the share that the zone's mark has in it."""
    state = case.state
    if case.rule.name == "protection":
        return None  # there the mark is a part of the reserve: _lower_reserve says it
    mark = _largest(state.mark, lambda m: case.passes(replace(state, mark=m, boost=0)))
    if mark is None:
        return None
    total = case.min_free_kbytes
    lower = total * mark // state.mark
    en = f"min_free_kbytes of about {lower} instead of {total}: " if total else ""
    zh = f"min_free_kbytes 约 {lower} 而不是 {total}：" if total else ""
    said = Said(
        f"{en}a mark of {mark} pages instead of {state.mark} in {state.label}",
        f"{zh}{state.label} 的水位为 {mark} 页而不是 {state.mark} 页",
    )
    return case.cure("min_free_kbytes", said, replace(state, mark=mark, boost=0), warning=RAISES)


RATIO = Said(
    "the ratio holds for all zones of a type; a lower zone so opened fills with pages that could be higher",
    "这个比率对同一类型的所有区域生效；这样开放的低端区域会被本可放在高端的页占满",
)


def _lower_reserve(case: Case) -> Cure | None:
    """The smallest lowmem_reserve_ratio that lets it pass, whatever the division by the usual one has rounded off.

    C: setup_per_zone_lowmem_reserve: reserve = pages above / ratio. Before 2.6.11 there was no such ratio: pages alone.
    """
    state = case.state
    most = _largest(state.reserve, lambda r: case.passes(replace(state, reserve=r)))
    if most is None:
        return None
    usual = LOWMEM_RESERVE_RATIO.get(state.label.split()[-1])
    if usual is None or case.rule.name in OLD:
        said = Said(
            f"a reserve of {most} pages instead of {state.reserve} in {state.label}",
            f"{state.label} 的保留量为 {most} 页而不是 {state.reserve} 页",
        )
        return case.cure("reserve", said, replace(state, reserve=most), warning=RATIO)
    above = state.reserve * usual + usual - 1
    ratio = above // (most + 1) + 1
    kept = above // ratio
    said = Said(
        f"lowmem_reserve_ratio {ratio} instead of the usual {usual} for {state.label}: a reserve of at most "
        f"{kept} pages instead of {state.reserve}",
        f"{state.label} 的 lowmem_reserve_ratio 为 {ratio} 而不是通常的 {usual}：保留量最多 {kept} 页而不是 "
        f"{state.reserve} 页",
    )
    return case.cure("reserve", said, replace(state, reserve=kept), warning=RATIO)


URGENT = Said(
    "an urgent mask may not sleep and eats into the reserve of interrupts", "紧急的掩码不能睡眠，并会占用留给中断的储备"
)
OTHER = Said("another mask changes which zones and means the caller may use", "换掩码会改变调用者可用的区域和手段")


def _other_mask(told: Explanation, table: Table) -> Cure | None:
    """The named mask of this kernel, or the request's own with one bit more, that differs least and would pass."""
    named = {**table.composed()}
    for bit in ("HIGH", "DMA", "DMA32", "HIGHMEM"):
        if value := table.bit(bit):
            named[f"{read(told.mode, table)}|__GFP_{bit}"] = told.mode | value
    ranked = sorted(named.items(), key=lambda one: ((one[1] ^ told.mode).bit_count(), one[1]))
    for name, mask in ranked:
        again = explain(told.report, order=told.order, mode=mask) if mask != told.mode else None
        if again is None or not again.verdict.passes or again.rule is None:
            continue
        test = next(test for test in again.tests if test.passes)
        spare = margin(test.rows)
        if test.state is not None and spare is not None:
            wait = table.bit("WAIT") | table.bit("DIRECT_RECLAIM")
            said = Said(
                f"the mask {name} ({mask:#x}) instead of {told.mode:#x}",
                f"用掩码 {name}（{mask:#x}）而不是 {told.mode:#x}",
            )
            rights = Rights() if test.mark == "high" else again.rights
            return Cure(
                "mask",
                test.label,
                said,
                spare,
                test.state,
                again.order,
                rights,
                OTHER if mask & wait or not told.mode & wait else URGENT,
            )
    return None
