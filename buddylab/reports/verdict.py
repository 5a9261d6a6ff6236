"""What a zone's test came to, in words."""

from dataclasses import dataclass

from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, MAX_ORDER, TOP, Zone, zone_watermark_ok
from buddylab.reports.report import Report
from buddylab.reports.rules import Rights, Row, Rule, State


@dataclass(frozen=True, slots=True)
class ZoneTest:
    """One zone's rows down to the one that decided. mark: `min` or `high`. state, rows: None where figures lack.

    core: what the exact core's zone_watermark_ok says to the same request; None for kernels with another test.
    """

    label: str
    mark: str
    state: State | None
    rows: list[Row] | None
    core: bool | None = None

    @property
    def passes(self) -> bool | None:
        """Would the zone have given the block? None where a figure is missing."""
        return self.rows[-1].ok if self.rows else None

    @property
    def last_row(self) -> Row:
        """The row that decided. Raises ValueError if there is none."""
        if not self.rows:
            raise ValueError(f"{self.label} has no rows: a figure is missing in the report")
        return self.rows[-1]

    @property
    def short(self) -> int:
        """Pages (or blocks, for a row that counts blocks) that were missing; 0 if it passed."""
        row = self.last_row
        return 0 if row.ok else row.needed - row.free + 1


def core_says(state: State, order: int, rights: Rights, rule: Rule) -> bool | None:
    """The answer of the core's own zone_watermark_ok; None where the rule is not that of 2.6.21 or a figure lacks.

    The lists are `range`s: the test only asks how long they are.
    """
    if rule.name != "loop" or rights.no_watermarks or order > TOP or order and state.counts is None:
        return None
    zone = Zone(state.label, 0, 0, 1, lowmem_reserve=[state.reserve])
    zone.nr_free_pages = state.free - (0 if rights.cma else state.cma)
    counts = (*(state.counts or ()), *[0] * MAX_ORDER)
    zone.free_area = [range(nr) for nr in counts[:MAX_ORDER]]  # type: ignore[misc]
    return zone_watermark_ok(zone, order, state.mark, 0, ALLOC_HIGH * rights.high | ALLOC_HARDER * rights.harder)


def refusal_sentence(test: ZoneTest, order: int, rule: Rule) -> str:
    """Why the first zone tried refused."""
    row = test.last_row
    compared = f"{row.free} <= {row.needed}"
    if row.nr is not None and (rule.name == "any" or not row.order):
        return f"{test.label} refused: no free block of order {order} or above that this request may take"
    if row.order == 0:
        reserve = f" and reserve {test.state.reserve}" if test.state and test.state.reserve else ""
        return f"{test.label} refused at the first row, {compared}: too few free pages above {test.mark} mark{reserve}"
    place = "last row" if row.order == order else f"row of order {row.order}"
    return f"{test.label} refused at the {place}, {compared}: too few pages in blocks of order {row.order} and above"


def passed_reasons(report: Report, tests: list[ZoneTest], order: int) -> list[str]:
    """What could explain a refusal that the printed state does not show, the most telling first."""
    return [*_told_by_report(report, tests, order),
            "the state is printed after the decision and without a lock: memory may have come back in between",
            "pages on the per-cpu lists of other CPUs and the exact counters are not in these figures"]  # fmt: skip


def _told_by_report(report: Report, tests: list[ZoneTest], order: int) -> list[str]:
    """Reasons that the report itself points at."""
    found = []
    if report.cgroup_line is not None:
        found.append(f"line {report.cgroup_line}: a memory cgroup had reached its limit, not the machine")
    if report.request and report.request.kind == "vmalloc":
        found.append("vmalloc fails for want of address space, or for a size of its own, too")
    if report.request and report.request.mode == 0 and report.kind == "oom":
        found.append("mask 0 is that of the page-fault path: the OOM killer was called without a request to the zones")
    for test in tests:
        types = (test.state.types or ())[order:] if test.passes and test.state else ()
        counts = (test.state.counts or ())[order:] if test.state else ()
        held = [letters for letters, nr in zip(types, counts, strict=False) if nr and letters]
        if held and all(set(letters) <= set("HCI") for letters in held):
            kinds = "".join(sorted(set("".join(held))))
            found.append(f"{test.label}: all free blocks large enough are of types ({kinds}), kept for other requests")
    return found
