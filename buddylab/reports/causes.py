"""Why, in one or two plain sentences: a cause from a closed list, with its figures. CAUSES.md describes each.

The order in which they are looked for: what lies outside of the zones, what alone stands in the way of a pass, and
then what the zone that is tried first says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from buddylab.reports import words, words_missing, words_outside
from buddylab.reports.caller import COSTLY_ORDER, names, size
from buddylab.reports.classzone import state_of
from buddylab.reports.explanation import Explanation
from buddylab.reports.report import ZoneReport
from buddylab.reports.rules import USUAL_TYPES, Rights, State, rows
from buddylab.reports.verdict import ZoneTest, kept_types
from buddylab.said import Said

CAUSES = (
    *("cgroup", "cma", "closed_zone", "boost", "pieces", "mark", "reserve", "highatomic", "counters"),
    *("vmalloc", "costly", "userspace", "passed", "unknown"),
)
"""All ids that there are."""


@dataclass(frozen=True, slots=True)
class Cause:
    """id: one of CAUSES. figures: what it rests on, in pages or kB as their names say."""

    id: str
    said: Said
    figures: dict[str, Any] = field(default_factory=dict)


def cause(told: Explanation) -> Cause:
    """The cause of a report's refusal, as far as the text shows it."""
    killing = told.report.killing
    if told.report.kind == "userspace":
        return Cause("userspace", words_outside.userspace(told.report), words_outside.victims(told.report))
    if killing is not None and killing.kind == "cgroup":
        return Cause("cgroup", words_outside.cgroup(killing), words_outside.cgroup_figures(killing))
    if told.verdict.passes is None or not told.tests:
        return _without_verdict(told)
    found = _by_hand(told) or (_of_a_pass(told) if told.verdict.passes else _of_a_refusal(told))
    return found


def rights_at(told: Explanation, test: ZoneTest) -> Rights:
    """What the request may do in this test: the last look before the OOM killer has no urgency."""
    return Rights() if test.mark == "high" else told.rights


def passes(told: Explanation, test: ZoneTest, state: State, rights: Rights | None = None) -> bool:
    """Would the zone give the block with these figures?"""
    if told.rule is None:
        return False
    rowed = rows(state, told.order, rights or rights_at(told, test), told.rule)
    return bool(rowed and rowed[-1].ok)


def _by_hand(told: Explanation) -> Cause | None:
    """The OOM killer was called without a request to the zones."""
    request = told.report.request
    if request and request.order == -1 or request and request.mode == 0 and told.report.kind == "oom":
        return Cause("unknown", words_outside.by_hand(request.order == -1), {"missing": []})
    return None


def _without_verdict(told: Explanation) -> Cause:
    """No test could be made: what can be said all the same."""
    report, request = told.report, told.report.request
    if report.kind == "vmalloc":
        return Cause("vmalloc", words_outside.vmalloc(), {})
    if told.verdict.passes is False:
        kb = report.page_kb << told.order
        return Cause(
            "pieces", words_missing.no_block(told), {"zone": None, "order": told.order, "kb": kb, "largest_order": None}
        )
    if request and request.order is not None and request.order > COSTLY_ORDER and not report.zones:
        return _costly(told, request.order)
    missing = words_missing.missing(report)
    return Cause("unknown", words_missing.unknown(told), {"missing": missing})


def _costly(told: Explanation, order: int) -> Cause:
    kb = told.report.page_kb << order
    return Cause(
        "costly",
        words_outside.costly(order, told.report.page_kb),
        {"order": order, "kb": kb, "costly_order": COSTLY_ORDER},
    )


def _of_a_pass(told: Explanation) -> Cause:
    """The zones as printed would have given the block: what may have stood in the way."""
    if told.report.kind == "vmalloc":
        return Cause("vmalloc", words_outside.vmalloc(), {})
    test = next(test for test in told.tests if test.passes)
    if found := _counters(told, [one for one in told.tests if one.passes]):
        return found
    kept = [kept_types(one, told.order, rights_at(told, one)) for one in told.tests if one.passes]
    if all(kept) and {*"".join(kept)} == {"H"}:
        return _kept(told, test)
    if all(kept) and {*"".join(kept)} == {"C"} and test.state is not None:
        return _cma(told, test, test.state)
    row = test.last_row
    return Cause(
        "passed", words.passed(told, test), {"zone": test.label, "free_pages": row.free, "needed_pages": row.needed}
    )


def _of_a_refusal(told: Explanation) -> Cause:
    """What alone stands in the way; else what the zone that is tried first says."""
    for look in (_boost, _cma_closed, _high_atomic, _refusing_counter, _closed_zone):
        if found := look(told):
            return found
    test = told.tests[0]
    state = test.state
    if state is None:
        return Cause("unknown", words_missing.unknown(told), {"missing": []})
    reserved = [one for one in told.tests if one.state and one.state.reserve and _without_reserve(told, one, one.state)]
    if told.order and (test.last_row.order or test.last_row.nr is not None):
        return _pieces(told, test, state)
    if test in reserved:
        figures = {
            "zone": test.label,
            "reserve_pages": state.reserve,
            "free_pages": state.free,
            f"{test.mark}_pages": state.mark,
        }
        return Cause("reserve", words.reserve(told, test, state), figures)
    figures = {
        "zone": test.label,
        "mark": test.mark,
        "free_pages": state.free,
        "mark_pages": state.mark,
        "needed_pages": test.last_row.needed,
        "short_pages": test.short,
    }
    return Cause("mark", words.mark(told, test, state, [one.label for one in reserved]), figures)


def _without_reserve(told: Explanation, test: ZoneTest, state: State) -> bool:
    return passes(told, test, replace(state, reserve=0))


def _first(
    told: Explanation, change: Callable[[ZoneTest, State], tuple[State, Rights] | None]
) -> tuple[ZoneTest, State] | None:
    """The first zone that passes after a change, with its figures as printed."""
    for test in told.tests:
        changed = change(test, test.state) if test.state is not None else None
        if changed and test.state is not None and passes(told, test, *changed):
            return test, test.state
    return None


def _boost(told: Explanation) -> Cause | None:
    """Is it the boost alone that refuses? The printed marks have it in them."""

    def change(test: ZoneTest, state: State) -> tuple[State, Rights] | None:
        return (replace(state, mark=state.mark - state.boost, boost=0), rights_at(told, test)) if state.boost else None

    found = _first(told, change)
    if not found:
        return None
    test, state = found
    figures = {
        "zone": test.label,
        "mark": test.mark,
        "mark_pages": state.mark,
        "boost_pages": state.boost,
        "without_boost_pages": state.mark - state.boost,
        "free_pages": state.free,
    }
    return Cause("boost", words.boost(test, state), figures)


def _cma_closed(told: Explanation) -> Cause | None:
    def change(test: ZoneTest, state: State) -> tuple[State, Rights] | None:
        rights = rights_at(told, test)
        return (replace(state, cma=0), replace(rights, cma=True)) if state.cma and not rights.cma else None

    found = _first(told, change)
    return _cma(told, *found) if found else None


def _cma(told: Explanation, test: ZoneTest, state: State) -> Cause:
    figures = {
        "zone": test.label,
        "cma_pages": state.cma,
        "free_pages": state.free,
        "left_pages": state.free - state.cma,
    }
    return Cause("cma", words.cma(told, test, state), figures)


def _high_atomic(told: Explanation) -> Cause | None:
    def change(test: ZoneTest, state: State) -> tuple[State, Rights] | None:
        rights = rights_at(told, test)
        return (replace(state, high_atomic=0), replace(rights, high_atomic=True)) if not rights.high_atomic else None

    found = _first(told, change)
    return _kept(told, found[0]) if found else None


def _kept(told: Explanation, test: ZoneTest) -> Cause:
    state = test.state
    pages = state.high_atomic if state else 0
    figures = {"zone": test.label, "order": told.order, "high_atomic_pages": pages}
    return Cause("highatomic", words.high_atomic(told, test, pages), figures)


def _counters(told: Explanation, tests: list[ZoneTest]) -> Cause | None:
    """Do the lists, counted, say the opposite of the counter in all of these zones?"""
    found = None
    for test in tests:
        state = test.state
        if state is None or state.counts is None:
            return None
        listed = sum(nr << order for order, nr in enumerate(state.counts))
        if passes(told, test, replace(state, free=listed)) == test.passes:
            return None
        found = found or (test, state, listed)
    if not found:
        return None
    test, state, listed = found
    figures = {"zone": test.label, "counter_pages": state.free, "listed_pages": listed}
    return Cause("counters", words.counters(test, state.free, listed), figures)


def _refusing_counter(told: Explanation) -> Cause | None:
    """Only where the zone that is tried first would pass by its lists: those of others differ a little often."""
    return _counters(told, told.tests[:1])


def _closed_zone(told: Explanation) -> Cause | None:
    """A zone with plenty that this mask may not use."""
    asked = {test.label for test in told.tests}
    best: tuple[ZoneReport, State] | None = None
    for zone in told.report.zones:
        if zone.label in asked or not zone.populated or zone.name not in told.zone_types:
            continue
        state = state_of(zone, told.report.page_kb, "high", told.zone_types.index(zone.name))
        if state and state.free - (1 << told.order) > state.mark and _has_block(told, state):
            best = max(best or (zone, state), (zone, state), key=lambda one: one[1].free)
    if not best:
        return None
    zone, state = best
    kb = told.report.page_kb
    asked_names = "|".join(sorted(names(told), key=lambda name: name.startswith("__"))) or hex(told.mode)
    figures = {
        "zone": zone.label,
        "free_kb": state.free * kb,
        "cma_kb": min(state.cma, state.free) * kb,
        "mask": asked_names,
    }
    return Cause("closed_zone", words.closed_zone(zone.label, state, kb, told), figures)


def _has_block(told: Explanation, state: State) -> bool:
    return state.counts is None or any(state.counts[told.order :])


def _pieces(told: Explanation, test: ZoneTest, state: State) -> Cause:
    """Free, but none large enough that it may take."""
    usable = [o for o, nr in enumerate(state.counts or ()) if nr and _usual(state, o)]
    largest = max(usable, default=None)
    figures = {
        "zone": test.label,
        "order": told.order,
        "free_pages": state.free,
        "largest_order": largest,
        "costly": told.order > COSTLY_ORDER,
    }
    return Cause("pieces", words.pieces(told, test, state, largest), figures)


def _usual(state: State, order: int) -> bool:
    letters = (state.types or ())[order : order + 1]
    return not letters or not letters[0] or bool(set(letters[0]) & USUAL_TYPES)


__all__ = ["CAUSES", "Cause", "cause", "passes", "rights_at", "size"]
