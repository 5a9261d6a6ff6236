"""What would have let the request pass: the practical first, each set up as its release does and tested again.

Only what passes is told, with the margin in its tightest row. One kind does not let this very request pass and says
so: `wake_earlier`, with which kswapd begins sooner next time.
"""

from collections.abc import Iterator

from buddylab.reports import settings
from buddylab.reports.causes import rights_at
from buddylab.reports.cure import Case, Cure, Turn, margin
from buddylab.reports.cures_asking import fallback, kvmalloc, lower_order, other_mask
from buddylab.reports.cures_marks import lower_min_free, lower_scale, no_boost, wake_earlier
from buddylab.reports.cures_memory import compact, less_cma, lower_reserve, more_memory
from buddylab.reports.explanation import Explanation
from buddylab.reports.period import period
from buddylab.reports.rules import Rights
from buddylab.reports.setup import setup_of

KINDS = (
    *("limit", "order", "kvmalloc", "fallback", "wake_earlier", "compact", "boost", "cma", "memory"),
    *("watermark_scale_factor", "min_free_kbytes", "reserve", "mask"),
)
"""All kinds, in the order in which an administrator or a driver's author could act."""
SEARCHES = (
    *(lower_order, kvmalloc, fallback, wake_earlier, lower_min_free, lower_scale),
    *(compact, no_boost, less_cma, lower_reserve, more_memory),
)
BY_ZONE = ("reserve", "cma")
"""Kinds that are told for each zone; the others hold for the machine or the caller, and once is enough."""
MOST_ZONES = 200
"""Cures are looked for in so many zones, the first tried first; another mask only if there are no more."""


def cures(told: Explanation) -> list[Cure]:
    """All cures, the practical first; an empty list if nothing was refused or there is no verdict."""
    if (limit := settings.limit(told)) is not None:
        turn = Turn(limit.knob, limit.from_, limit.to, limit.command)
        return [Cure("limit", "", limit.said, limit.margin, None, told.order, Rights(), limit.price, turn)]
    if told.verdict.passes is not False or told.rule is None or settings.outside(told):
        return []
    found: list[Cure] = []
    setup = setup_of(told.report, min(period(told.report)[1], told.rule.last))
    whole = settings.whole(told)
    for test in told.tests[:MOST_ZONES]:
        if test.state is not None and test.passes is False:
            case = Case(told, told.rule, test, test.state, told.order, rights_at(told, test), setup, whole)
            found += [cure for search in SEARCHES if (cure := search(case)) is not None]
    if told.table and len(told.tests) <= MOST_ZONES and (mask := other_mask(told, told.table)):
        found.append(mask)
    return sorted(_once(found), key=lambda cure: KINDS.index(cure.kind))


def _once(found: list[Cure]) -> Iterator[Cure]:
    """The first of each kind, or the first for each zone; of more memory the least."""
    seen = set()
    for cure in sorted(found, key=_pages):
        key = cure.kind, cure.zone if cure.kind in BY_ZONE else ""
        if key not in seen:
            seen.add(key)
            yield cure


def _pages(cure: Cure) -> int:
    """Of more memory the pages, so that the least comes first; the others keep their order."""
    if cure.kind != "memory" or not isinstance(cure.turn.to, int) or not isinstance(cure.turn.from_, int):
        return 0
    return cure.turn.to - cure.turn.from_


__all__ = ["KINDS", "Cure", "Turn", "cures", "margin"]
