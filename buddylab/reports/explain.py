"""Which test refused the request of a report: every zone's rows, a verdict in one sentence, and what it leaves open.

An OOM report is held against the high mark, as the last look before the killer is (from 2.6.11 on; C: __alloc_pages,
later __alloc_pages_may_oom); everything else against the minimum, the last that the slow path tries.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from buddylab.reports.classzone import asked_zone, classzones, grown, state_of, zone_types_of
from buddylab.reports.explanation import Explanation, Verdict
from buddylab.reports.masks import Table, decode, that_print
from buddylab.reports.period import period
from buddylab.reports.release import Release
from buddylab.reports.report import Report, ZoneReport
from buddylab.reports.rules import OLD, Rights, Rule, rights_of, rows, rules_for
from buddylab.reports.unanswered import DEPENDS, NO_REQUEST, NO_ZONE_TYPES, unanswered, why_not
from buddylab.reports.verdict import ZoneTest, core_says, passed_reasons, refusal_sentence, said_by_request
from buddylab.said import Said, SaidError


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
    first, last = period(report)
    names = report.request.names if report.request and report.request.mode == mode else None
    readings = [] if mode is None else decode(mode, first, last, names)
    why = why_not(report, order, mode, first, last)
    if why is not None or order is None or mode is None:
        return unanswered(report, why or NO_REQUEST, readings, order, mode)
    cases = _distinct(_cases(report, order, mode, names, first, last), mode)
    known: dict[Hashable, ZoneTest] = {}
    outcomes = [_outcome(report, case, order, mode, known) for case in cases]
    if not outcomes:
        return unanswered(report, NO_ZONE_TYPES, readings, order, mode)
    best = outcomes[0]
    best.readings = readings
    if len({outcome.verdict.passes for outcome in outcomes}) > 1:
        best.verdict = Verdict(None, None, None, DEPENDS)
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
        raise SaidError(f"an order is 0 to 30, not {order}", f"阶是 0 到 30，不是 {order}")
    return order, mode


def _cases(report: Report, order: int, mode: int, names: str | None, first: Release, last: Release) -> Iterator[Case]:
    """All ways to read the report, best first."""
    known: dict[tuple[Rule, tuple[str, ...], int], list[int]] = {}
    for rule in rules_for(first, last):
        low, high = max(first, rule.first), min(last, rule.last)
        likely = zone_types_of(report, low, high)
        for table in _tables(mode, names, low, high):
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


def _tables(mode: int, names: str | None, first: Release, last: Release) -> list[Table]:
    """The tables that can have printed this mask: with its names, else with the fewest nameless bits."""
    known = that_print(mode, names, first, last)
    unknown = {reading.unknown for reading in decode(mode, first, last, names)[:1]}
    return [table for table in known if mode & ~sum(table.bits.values()) in unknown] or known


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
    verdict = _verdict(tests, order, case.rule, report.request is not None)
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
    told_all.reasons = _lost_zones(report, case, asked)
    told_all.reasons += said_by_request(report)
    if told_all.verdict.passes and report.request is not None:
        told_all.reasons += passed_reasons(report, tests, order, rights)
    return told_all


def _lost_zones(report: Report, case: Case, asked: int) -> list[Said]:
    """Zones that the request may use and whose pages the reserves show, but which the report has not."""
    named = {zone.name for zone in report.zones}
    reserves = {zone.lowmem_reserve for zone in report.zones}
    places = {at for reserve in reserves for at in grown(reserve) if at <= asked}
    lost = [case.zone_types[at] for at in sorted(places) if case.zone_types[at] not in named]
    return [
        Said(f"zone {name} has memory, but is not in the report", f"区域 {name} 有内存，但不在报告里") for name in lost
    ]


def _by_node(tests: list[ZoneTest]) -> dict[int | None, bool]:
    """Would any zone of the node have given the block?"""
    by_node: dict[int | None, bool] = {}
    for test in tests:
        by_node[test.node] = by_node.get(test.node, False) or bool(test.passes)
    return by_node


def _verdict(tests: list[ZoneTest], order: int, rule: Rule, printed: bool) -> Verdict:
    """One zone that passes is enough; a refusal needs every zone's figures."""
    for test in tests:
        if test.passes:
            last = test.last_row
            compared = f"{last.free} > {last.needed}"
            if not printed:
                said = Said(f"{test.label} would give the block: {compared}", f"{test.label} 会给出这个块：{compared}")
                return Verdict(True, test.label, last.order, said)
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
