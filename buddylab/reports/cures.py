"""What would have let the request pass: for every zone that refused, the smallest single changes, found by search.

Each candidate is put to the same rule again; only what passes is told, with the margin in its tightest row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from buddylab.reports.explain import Explanation
from buddylab.reports.report import Report
from buddylab.reports.rules import Rights, Row, Rule, State, rows
from buddylab.reports.verdict import ZoneTest


@dataclass(frozen=True, slots=True)
class Cure:
    """One change. margin: by how many pages (or blocks) the tightest row then passes. warning: what it costs."""

    kind: str
    zone: str
    sentence: str
    margin: int
    state: State
    order: int
    rights: Rights
    warning: str = ""


def cures(told: Explanation) -> list[Cure]:
    """All cures for a refused request, zone by zone; an empty list if it was not refused or there is no verdict."""
    if told.verdict.passes is not False or told.rule is None:
        return []
    found: list[Cure] = []
    for test in told.tests:
        if test.state is not None and test.passes is False:
            found += _zone_cures(told, told.rule, test, test.state)
    return found


def margin(told: list[Row] | None) -> int | None:
    """Pages or blocks to spare in the tightest row; None if the request is refused."""
    return min(row.free - row.needed for row in told) if told and told[-1].ok else None


def _zone_cures(told: Explanation, rule: Rule, test: ZoneTest, state: State) -> Iterator[Cure]:
    order, rights = told.order, told.rights
    if test.mark == "high":
        rights = Rights()
    for kind, search in (("block", _one_block), ("order", _lower_order), ("mask", _urgent),
                         ("min_free_kbytes", _lower_mark), ("reserve", _lower_reserve)):  # fmt: skip
        change = search(state, order, rights, rule)
        if change is None:
            continue
        sentence, new_state, new_order, new_rights = change
        spare = margin(rows(new_state, new_order, new_rights, rule))
        if spare is None:
            raise ValueError(f"a cure for {test.label} does not hold: {sentence}")
        warning = _mark_warning(told.report, test, state, new_state) if kind == "min_free_kbytes" else WARNINGS[kind]
        yield Cure(kind, test.label, sentence, spare, new_state, new_order, new_rights, warning)


WARNINGS = {
    "block": "",
    "order": "for a network driver: a smaller MTU (1500 instead of 9000) needs smaller blocks",
    "mask": "another mask changes what the caller may do: an urgent one eats into the reserve of interrupts",
    "reserve": "the ratio holds for all zones of a type; a lower zone so opened fills with pages that could be higher",
}
Change = tuple[str, State, int, Rights] | None


def _passes(state: State, order: int, rights: Rights, rule: Rule) -> bool:
    return margin(rows(state, order, rights, rule)) is not None


def _one_block(state: State, order: int, rights: Rights, rule: Rule) -> Change:
    """One free block more, of the smallest order that is enough."""
    counts, types = state.counts or (), state.types or ()
    for o in range(len(counts)):
        more = tuple(nr + (place == o) for place, nr in enumerate(counts))
        letters = tuple(kept + "M" if place == o and any(types) else kept for place, kept in enumerate(types))
        new = replace(state, free=state.free + (1 << o), counts=more, types=letters)
        if _passes(new, order, rights, rule):
            return f"one free block of order {o} more in {state.label}", new, order, rights
    return None


def _lower_order(state: State, order: int, rights: Rights, rule: Rule) -> Change:
    """The highest smaller order that passes."""
    for o in range(order - 1, -1, -1):
        if _passes(state, o, rights, rule):
            return f"order {o} instead of {order}", state, o, rights
    return None


def _urgent(state: State, order: int, rights: Rights, rule: Rule) -> Change:
    """The rights of GFP_ATOMIC, or of a mask that may do anything below the mark."""
    if rights.high and rights.harder or rights.no_watermarks:
        return None
    wanted = Rights(True, True, rights.cma, order > 0, True)
    if not _passes(state, order, wanted, rule):
        return None
    return "a mask as urgent as GFP_ATOMIC (it may go below the mark)", state, order, wanted


def _largest(limit: int, holds: Callable[[int], bool]) -> int | None:
    """The largest number below limit for which it holds, if it holds for all smaller ones; by halving."""
    low, high = 0, limit
    if not limit or not holds(0):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _lower_mark(state: State, order: int, rights: Rights, rule: Rule) -> Change:
    """The mark that just lets it pass."""
    mark = _largest(state.mark, lambda m: _passes(replace(state, mark=m, boost=0), order, rights, rule))
    if mark is None:
        return None
    new = replace(state, mark=mark, boost=0)
    return f"a mark of {mark} pages instead of {state.mark} in {state.label}", new, order, rights


def _lower_reserve(state: State, order: int, rights: Rights, rule: Rule) -> Change:
    """The reserve that just lets it pass."""
    reserve = _largest(state.reserve, lambda r: _passes(replace(state, reserve=r), order, rights, rule))
    if reserve is None:
        return None
    new = replace(state, reserve=reserve)
    told = f"a reserve of {reserve} pages instead of {state.reserve} in {state.label} (lowmem_reserve_ratio)"
    return told, new, order, rights


def _mark_warning(report: Report, test: ZoneTest, state: State, new: State) -> str:
    """min_free_kbytes in numbers, by the share that the zone's mark has in it."""
    marks = [zone.pages("min", report.page_kb) for zone in report.zones if zone.name != "HighMem"]
    total = sum(mark for mark in marks if mark is not None) * report.page_kb
    share = f"min_free_kbytes would go from about {total} to {total * new.mark // state.mark}; " if total else ""
    return share + ("lowering it takes from what interrupts and reclaim live on; raising it, the usual advice, lifts "
                    "every mark at once and refuses this request all the more until reclaim has caught up")  # fmt: skip
