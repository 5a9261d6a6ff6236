"""Each cure of every report of both sets, worked out again from the printed figures, without the package's code.

The set-up: a zone's share of min_free_kbytes is pages_min x size / (all below HighMem); low and high lie a quarter
and a half of it above min, from 4.6 on at least size x scale / 10,000 each. The test: free pages less the block
against mark and reserve, then the loop of halves (2.6.11 to 4.3) or any block large enough (from 4.4 on).
"""

from pathlib import Path

import pytest

from buddylab.reports import cures, explain, parse
from buddylab.reports.cures import KINDS

HERE = Path(__file__).parent
FILES = sorted([*(HERE / "second").glob("*.txt"), *(HERE / "data").glob("*.txt")])
TOLD = [
    (f"{file.stem}-{place}", told)
    for file in FILES
    for place, told in enumerate(map(explain, parse(file.read_bytes())))
    if cures(told)
]
CURES = [(f"{name}-{cure.kind}-{cure.zone}", told, cure) for name, told in TOLD for cure in cures(told)]


def kb(zone, word):
    figure = zone.figures.get(f"{word}_kb")
    return None if figure is None else figure.value


class Case:
    """One zone's printed figures in pages, and what the mask allows."""

    def __init__(self, told, label):
        report = told.report
        self.told, self.zone, self.page = told, report.zone(label), report.page_kb
        self.test = next(test for test in told.tests if test.label == label)
        self.free = kb(self.zone, "free") // self.page
        self.boost = (kb(self.zone, "boost") or 0) // self.page
        self.marks = {word: kb(self.zone, word) // self.page for word in ("min", "low", "high")}
        self.reserve = self.zone.lowmem_reserve[told.classzone_idx]
        self.cma = (kb(self.zone, "free_cma") or 0) // self.page
        atomic = kb(self.zone, "free_highatomic")
        self.atomic = ((kb(self.zone, "reserved_highatomic") or 0) if atomic is None else atomic) // self.page
        buddy = self.zone.buddy
        self.counts = list(buddy.counts) if buddy and buddy.sum_kb == buddy.printed_kb else None
        self.types = list(buddy.types) if buddy else []
        self.rights = told.rights if self.test.mark == "min" else None

    def mark(self, mark):
        if self.rights and self.rights.high:
            mark -= mark // 2
        if self.rights and self.rights.harder:
            mark -= mark // 4
        return mark

    def spare(self, order, mark=None, free=None, reserve=None, cma=None, counts=None, types=None):
        """By how much the tightest comparison holds; 0 or less: it is refused."""
        printed = self.marks[self.test.mark]
        mark = printed if mark is None else mark
        cma = self.cma if cma is None else cma
        counts = self.counts if counts is None else counts
        types = self.types if types is None else types
        reserve = self.reserve if reserve is None else reserve
        modern, rights = self.told.rule.name == "any", self.rights
        if rights and rights.no_watermarks:
            return sum(counts[order:])
        left = (self.free if free is None else free) - (1 << order) + 1 - (0 if rights and rights.cma else cma)
        if modern and not (rights and rights.reserves):
            left -= self.atomic
        spares = [left - self.mark(mark) - reserve]
        if order and modern:
            usual = set("UMER") | (set("H") if rights and rights.high_atomic else set())
            usual |= set("C") if rights and rights.cma else set()
            free_types = [not any(types) or bool(set(letters) & usual) for letters in types]
            every = rights is not None and rights.any_type
            spares.append(sum(nr for o, nr in enumerate(counts) if o >= order and (every or free_types[o])))
        elif order:
            floor = self.mark(mark)
            for o in range(order):
                left, floor = left - (counts[o] << o), floor // 2
                spares.append(left - floor)
        return min(spares)


def setup(case, pages_min=None, scale=None):
    """{min, low, high} of the case's zone with another setting, from sizes and printed marks alone."""
    told, page = case.told, case.page
    zones = [zone for zone in told.report.zones if zone.populated]
    size = {zone.label: (kb(zone, "managed") or kb(zone, "present")) // page for zone in zones}
    least = {zone.label: (kb(zone, "min") - (kb(zone, "boost") or 0)) // page for zone in zones}
    own = {
        zone.label
        for zone in zones
        if zone.name in ("HighMem", "Movable") and least[zone.label] == min(128, max(32, size[zone.label] // 1024))
    }
    below = sum(size[label] for label in size if label not in own)
    shared = [label for label in size if label not in own]
    now = sum(least[label] for label in shared)
    now = min(
        range(now, now + len(shared) + 1),
        key=lambda pages: sum(abs(pages * size[label] // below - least[label]) for label in shared),
    )
    label = case.zone.label
    marks = {word: value - case.boost for word, value in case.marks.items()}
    gap, above = marks["high"] - marks["low"], marks["low"] - marks["min"]
    extra = above - gap if above - gap > 2 else 0
    share = (now if pages_min is None else pages_min) * size[label] // below
    low = least[label] if label in own else share
    release = told.report.release
    scaled = (release.major, release.minor) >= (4, 6) if release else told.rule.name == "any"
    if not scaled:
        return {"min": low, "low": low + share // 4 + extra, "high": low + share // 2 + extra}
    if scale is None:
        scale = round(gap * 10_000 / size[label]) if gap > now * size[label] // below // 4 + 1 else 10
    step = max(share // 4, size[label] * scale // 10_000)
    return {"min": low, "low": low + step + extra, "high": low + 2 * step + extra}


def limit(told, cure):
    found = told.report.killing
    used = max(found.usage_kb or 0, found.limit_kb)
    assert (cure.turn.to - used) // told.report.page_kb - (1 << told.order) == cure.margin > 0


def smaller(told, cure):
    assert cure.turn.to == cure.order < told.order
    assert Case(told, cure.zone).spare(cure.order) == cure.margin > 0


def another_mask(told, cure):
    """Explained anew with the other mask, its own zone passes; it sleeps if and only if the caller may."""
    mode = int(cure.turn.to, 16)
    again = explain(told.report, told.order, mode)
    sleeps = told.table.bit("WAIT") | told.table.bit("DIRECT_RECLAIM")
    assert bool(mode & sleeps) == bool(told.mode & sleeps)
    assert Case(again, cure.zone).spare(told.order) == cure.margin > 0


def earlier(told, cure):
    case = Case(told, cure.zone)
    knob = "scale" if "scale" in cure.turn.knob else "pages_min"
    value = cure.turn.to if knob == "scale" else cure.turn.to // case.page
    then, now = setup(case, **{knob: value}), setup(case)
    assert then["low"] > now["low"] and not cure.passes and case.spare(told.order, then["min"]) <= 0
    assert "this very request" in cure.price.en


def fewer_kept(told, cure):
    case = Case(told, cure.zone)
    spare = case.spare(told.order, setup(case, cure.turn.to // case.page)[case.test.mark])
    assert spare == cure.margin > 0
    kept = [zone for zone in told.report.zones if zone.populated and zone.name not in ("HighMem", "Movable")]
    in_force = sum((kb(zone, "min") - (kb(zone, "boost") or 0)) // case.page for zone in kept)
    assert 0 <= cure.turn.from_ // case.page - in_force <= len(kept)
    one_more = setup(case, cure.turn.to // case.page + 1)[case.test.mark]
    assert case.spare(told.order, one_more) <= 0  # no larger one holds


def less_scale(told, cure):
    case = Case(told, cure.zone)
    assert case.spare(told.order, setup(case, scale=cure.turn.to)["high"]) == cure.margin > 0


def together(told, cure):
    """All free pages but those in larger blocks, as blocks of just this order."""
    case, order = Case(told, cure.zone), told.order
    loose = sum(nr << o for o, nr in enumerate(case.counts[:order]))
    counts = [loose % (1 << order)] + [0] * (order - 1) + [*case.counts[order:], *[0]]
    counts[order] += loose >> order
    types = [""] * order + ["M" if any(case.types) else ""] * (len(counts) - order)
    assert case.spare(order, counts=counts, types=types) == cure.margin > 0


def without_boost(told, cure):
    case = Case(told, cure.zone)
    assert case.boost and case.spare(told.order, case.marks[case.test.mark] - case.boost) == cure.margin > 0


def opened(told, cure):
    case = Case(told, cure.zone)
    types = [letters.replace("C", "M") for letters in case.types] if not cure.turn.to else None
    assert case.spare(told.order, cma=cure.turn.to // case.page, types=types) == cure.margin > 0


def less_reserve(told, cure):
    """The kernel divides the pages above by the ratio; whatever the old division rounded off, the new one is enough."""
    case = Case(told, cure.zone)
    if cure.turn.knob == "lowmem_reserve":
        assert case.spare(told.order, reserve=cure.turn.to) == cure.margin > 0
        return
    usual, ratio = cure.turn.from_, cure.turn.to
    least, most = case.reserve * usual, case.reserve * usual + usual - 1
    assert case.spare(told.order, reserve=cure.state.reserve) == cure.margin > 0
    assert least // ratio <= cure.state.reserve <= most // ratio


def more(told, cure):
    case = Case(told, cure.zone)
    pages = cure.turn.to - cure.turn.from_
    assert cure.turn.from_ == case.free
    ways = []
    for o in range(told.order + 1):
        if pages % (1 << o):
            continue
        counts = None if case.counts is None else [*case.counts, *[0] * (o + 1 - len(case.counts))]
        types = None if case.counts is None else [*case.types, *[""] * (o + 1 - len(case.types))]
        if counts is not None:
            counts[o] += pages >> o
            types[o] += "M" if any(types) else ""
        ways.append(case.spare(told.order, free=case.free + pages, counts=counts, types=types))
    assert cure.margin in ways and cure.margin > 0


CHECKS = {
    "limit": limit,
    "order": smaller,
    "kvmalloc": smaller,
    "fallback": smaller,
    "mask": another_mask,
    "wake_earlier": earlier,
    "min_free_kbytes": fewer_kept,
    "watermark_scale_factor": less_scale,
    "compact": together,
    "boost": without_boost,
    "cma": opened,
    "reserve": less_reserve,
    "memory": more,
}


def test_there_is_a_check_for_every_kind_and_a_cure_of_every_kind():
    assert set(CHECKS) == set(KINDS) == {cure.kind for _, _, cure in CURES}


@pytest.mark.parametrize(("told", "cure"), [one[1:] for one in CURES], ids=[one[0] for one in CURES])
def test_a_cure_holds_when_worked_out_again(told, cure):
    CHECKS[cure.kind](told, cure)


@pytest.mark.parametrize(("name", "told"), TOLD, ids=[name for name, _ in TOLD])
def test_the_practical_stand_first_and_each_has_its_price(name, told):
    places = [KINDS.index(cure.kind) for cure in cures(told)]
    assert places == sorted(places) and all(cure.price.en and cure.price.zh for cure in cures(told))
