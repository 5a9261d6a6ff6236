"""Which test refused the request of a report: every zone's rows, a verdict in one sentence, and what it leaves open.

An OOM report is held against the high mark, as the last look before the killer is (from 2.6.11 on; C: __alloc_pages,
later __alloc_pages_may_oom); everything else against the minimum, the last that the slow path tries.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from buddylab.reports.classzone import asked_zone, classzones, grown, state_of, zone_types_of
from buddylab.reports.masks import Reading, Table, decode, tables_for
from buddylab.reports.release import Release, era
from buddylab.reports.report import Report, ZoneReport
from buddylab.reports.requests import UNREAD
from buddylab.reports.rules import OLD, Rights, Rule, rights_of, rows, rules_for
from buddylab.reports.said import Said
from buddylab.reports.verdict import ZoneTest, core_says, passed_reasons, refusal_sentence, said_by_request


@dataclass(frozen=True, slots=True)
class Verdict:
    """passes: None where there is no verdict. zone, row: where it was decided."""

    passes: bool | None
    zone: str | None
    row: int | None
    sentence: Said


@dataclass(slots=True)
class Explanation:
    """A report's request put to the rule of its kernel. tests: zone by zone, the first tried first.

    zone_types, classzone_idx: those compiled in, and the one of them whose lowmem_reserve counts.
    """

    report: Report
    verdict: Verdict
    rule: Rule | None = None
    readings: list[Reading] = field(default_factory=list)
    tests: list[ZoneTest] = field(default_factory=list)
    rights: Rights = field(default_factory=Rights)
    reasons: list[Said] = field(default_factory=list)
    order: int = 0
    zone_types: tuple[str, ...] = ()
    classzone_idx: int = 0
    mode: int = 0
    table: Table | None = None

    def __repr__(self) -> str:
        return f"<Explanation: {str(self.verdict.sentence)[:170]}>"

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the text, and of the mask where its table was not looked up for this release."""
        sure = not self.readings or self.readings[0].table.sure
        doubt = Said(
            "what the bits of this mask mean was not verified for this release", "这个版本中该掩码各位的含义未经核实"
        )
        return [*self.report.notes, *([] if sure else [doubt])]


@dataclass(frozen=True, slots=True)
class Case:
    """One way to read a report: the rule, the table of bits, the zone types compiled in, the classzone, the rights."""

    rule: Rule
    table: Table
    zone_types: tuple[str, ...]
    classzone_idx: int
    rights: Rights


def explain(report: Report, order: int | None = None, mode: int | None = None) -> Explanation:
    """Put the report's request, or another one, to the test. Raises ValueError for an order or mask that is none."""
    order, mode = _request(report, order, mode)
    first, last = era(report.release, report.features)
    readings = [] if mode is None else decode(mode, first, last)
    if order is None and mode is None and report.request is None:
        if any(line.why in UNREAD for line in report.unread):
            return _no_verdict(report, "the line with the request is damaged", "报告请求的那一行已损坏", readings)
        return _no_verdict(report, "no request is in the text, only figures", "文本中只有数字，没有请求", readings)
    if order is None or mode is None:
        what, zh = ("order", "阶数") if order is None else ("mask", "掩码")
        return _no_verdict(report, f"the report says no {what}", f"报告没有说明{zh}", readings)
    if not report.zones:
        return _no_verdict(report, "the report has no figures of zones", "报告中没有区域的数字", readings)
    if not rules_for(first, last):
        return _no_verdict(
            report,
            f"the test of Linux {first} is not built here: figures, no verdict",
            f"这里没有 Linux {first} 的检查规则：只有数字，没有结论",
            readings,
        )
    if not first >= rules_for(first, last)[0].first:
        return _no_verdict(
            report,
            f"the kernel could be as old as {first}, whose test is not built here: name its release",
            f"内核可能老至 {first}，这里没有它的检查规则：请写明版本",
            readings,
        )
    cases = _distinct(_cases(report, order, mode, first, last), mode)
    known: dict[Hashable, ZoneTest] = {}
    outcomes = [_outcome(report, case, order, mode, known) for case in cases]
    if not outcomes:
        return _no_verdict(
            report, "the reserves do not say which zones this kernel has", "从保留量看不出这个内核有哪些区域", readings
        )
    best = outcomes[0]
    best.readings = readings
    if len({outcome.verdict.passes for outcome in outcomes}) > 1:
        best.verdict = Verdict(
            None,
            None,
            None,
            Said(
                "no verdict: it depends on what the report does not say (release, zones compiled in, or the local "
                "node)",
                "没有结论：取决于报告没有说明的东西（版本、编译进的区域或本地节点）",
            ),
        )
    return best


def _request(report: Report, order: int | None, mode: int | None) -> tuple[int | None, int | None]:
    """The request to be tested: what is given, else the report's own; order -1 is sysrq's and counts as 0."""
    told = report.request
    order = told.order if order is None and told else order
    mode = told.mode if mode is None and told else mode
    if order is None and report.kind == "oom":
        order = 0
    if order == -1:
        order = 0
    if order is not None and not 0 <= order <= 30:
        raise ValueError(f"an order is 0 to 30, not {order}")
    return order, mode


def _no_verdict(report: Report, why: str, why_zh: str, readings: list[Reading]) -> Explanation:
    sentence = Said(f"no verdict: {why}", f"没有结论：{why_zh}")
    return Explanation(report, Verdict(None, None, None, sentence), readings=readings)


def _cases(report: Report, order: int, mode: int, first: Release, last: Release) -> Iterator[Case]:
    """All ways to read the report, best first."""
    known: dict[tuple[Rule, tuple[str, ...], int], list[int]] = {}
    for rule in rules_for(first, last):
        low, high = max(first, rule.first), min(last, rule.last)
        likely = zone_types_of(report, low, high)
        for table in _tables(mode, low, high):
            for zone_types in likely:
                key = rule, zone_types, asked_zone(mode, table, zone_types)
                if key not in known:
                    known[key] = sorted(classzones(report, zone_types, table, mode, low, high), reverse=True)
                for idx in known[key]:
                    for rights in rights_of(mode, order, table, rule):
                        yield Case(rule, table, zone_types, idx, rights)


def _distinct(cases: Iterator[Case], mode: int) -> Iterator[Case]:
    """The first of all cases that put every zone to the same test: many tables read a mask alike."""
    seen = set()
    for case in cases:
        usable = case.zone_types[: asked_zone(mode, case.table, case.zone_types) + 1]
        key = (case.rule.name, usable, case.classzone_idx, case.rights)
        if key not in seen:
            seen.add(key)
            yield case


def _tables(mode: int, first: Release, last: Release) -> list[Table]:
    """The tables that can have printed this mask: those with the fewest nameless bits."""
    unknown = {reading.unknown for reading in decode(mode, first, last)[:1]}
    return [t for t in tables_for(first, last) if mode & ~sum(t.bits.values()) in unknown] or tables_for(first, last)


def _test(zone: ZoneReport, page_kb: int, case: Case, mark: str, rights: Rights, order: int) -> ZoneTest:
    state = state_of(zone, page_kb, mark, case.classzone_idx)
    told = rows(state, order, rights, case.rule) if state else None
    core = core_says(state, order, rights, case.rule) if state else None
    return ZoneTest(zone.label, mark, state, told, core, zone.node)


def _outcome(report: Report, case: Case, order: int, mode: int, known: dict[Hashable, ZoneTest]) -> Explanation:
    """Every zone that the request may use, tested in one way of reading. known: tests that another way has made."""
    last_look = report.kind == "oom" and case.rule.name not in OLD
    mark, rights = ("high", Rights()) if last_look else ("min", case.rights)
    asked = asked_zone(mode, case.table, case.zone_types)
    place = {name: place for place, name in enumerate(case.zone_types)}
    usable = [zone for zone in report.zones if place[zone.name] <= asked and zone.populated]
    usable.sort(key=lambda zone: -place[zone.name])
    tests, page_kb = [], report.page_kb
    for zone in usable:
        kept = zone.lowmem_reserve[case.classzone_idx] if zone.lowmem_reserve else None
        key = id(zone), mark, kept, rights, case.rule.name
        if key not in known:
            known[key] = _test(zone, page_kb, case, mark, rights, order)
        tests.append(known[key])
    one_node = bool(mode & case.table.bit("THISNODE"))
    verdict = _verdict(tests, order, case.rule)
    if verdict.passes and one_node and not all(_by_node(tests).values()):
        verdict = Verdict(
            None,
            None,
            None,
            Said(
                "no verdict: __GFP_THISNODE asks for one node only, the report does not say which, and one of them "
                "refuses",
                "没有结论：__GFP_THISNODE 只要一个节点，报告没有写明是哪个，而其中有节点拒绝",
            ),
        )
    told_all = Explanation(
        report, verdict, case.rule, [], tests, rights, [], order, case.zone_types, case.classzone_idx, mode, case.table
    )
    reserves = {zone.lowmem_reserve for zone in report.zones}
    lost = {at for reserve in reserves for at in grown(reserve) if at <= asked} - {place[z.name] for z in report.zones}
    told_all.reasons = [
        Said(
            f"zone {case.zone_types[at]} has memory, but is not in the report",
            f"区域 {case.zone_types[at]} 有内存，但不在报告里",
        )
        for at in sorted(lost)
    ]
    told_all.reasons += said_by_request(report)
    if told_all.verdict.passes:
        told_all.reasons += passed_reasons(report, tests, order)
    return told_all


def _by_node(tests: list[ZoneTest]) -> dict[int | None, bool]:
    """Would any zone of the node have given the block?"""
    by_node: dict[int | None, bool] = {}
    for test in tests:
        by_node[test.node] = by_node.get(test.node, False) or bool(test.passes)
    return by_node


def _verdict(tests: list[ZoneTest], order: int, rule: Rule) -> Verdict:
    """One zone that passes is enough; a refusal needs every zone's figures."""
    for test in tests:
        if test.passes:
            last = test.last_row
            compared = f"{last.free} > {last.needed}"
            return Verdict(
                True,
                test.label,
                last.order,
                Said(
                    f"{test.label} as printed would have given the block: {compared}; the state is printed after the "
                    "decision",
                    f"按打印的状态，{test.label} 本可给出这个块：{compared}；状态是在决定之后打印的",
                ),
            )
    if not tests:
        return Verdict(
            None,
            None,
            None,
            Said(
                "no verdict: none of the zones in the report may serve this mask",
                "没有结论：报告中没有一个区域可以满足这个掩码",
            ),
        )
    if missing := [test.label for test in tests if test.passes is None]:
        return Verdict(
            None,
            None,
            None,
            Said(
                f"no verdict: figures are missing or contradict each other for {', '.join(missing)}",
                f"没有结论：{'、'.join(missing)} 的数字不全或互相矛盾",
            ),
        )
    test = tests[0]
    return Verdict(False, test.label, test.last_row.order, refusal_sentence(test, order, rule))
