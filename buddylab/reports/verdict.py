"""What a zone's test came to, in words."""

from dataclasses import dataclass

from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, MAX_ORDER, TOP, Zone, zone_watermark_ok
from buddylab.reports.report import Report
from buddylab.reports.rules import Rights, Row, Rule, State
from buddylab.said import Said


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
    node: int | None = None

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


def refusal_sentence(test: ZoneTest, order: int, rule: Rule) -> Said:
    """Why the first zone tried refused."""
    row, label = test.last_row, test.label
    compared = f"{row.free} <= {row.needed}"
    if row.nr is not None and (rule.name == "any" or not row.order):
        return Said(
            f"{label} refused: no free block of order {order} or above that this request may take",
            f"{label} 拒绝：没有这个请求可用的 {order} 阶或更高阶的空闲块",
        )
    if row.order == 0:
        kept = test.state.reserve if test.state else 0
        en, zh = (f" and reserve {kept}", f"加保留量 {kept} ") if kept else ("", "")
        return Said(
            f"{label} refused at the first row, {compared}: too few free pages above {test.mark} mark{en}",
            f"{label} 在第一行拒绝，{compared}：高于 {test.mark} 水位{zh}的空闲页太少",
        )
    last = row.order == order
    place, place_zh = ("last row", "最后一行") if last else (f"row of order {row.order}", f"第 {row.order} 阶那一行")
    return Said(
        f"{label} refused at the {place}, {compared}: too few pages in blocks of order {row.order} and above",
        f"{label} 在{place_zh}拒绝，{compared}：{row.order} 阶及以上的块中页太少",
    )


def row_text(row: Row) -> str:
    """`41 <= 44`, as the why panel writes it."""
    return f"{row.free} {'>' if row.ok else '<='} {row.needed}"


def row_said(row: Row, rule: Rule, order: int) -> Said:
    """What one row counts and against what, with its figures."""
    sign = ">" if row.ok else "<="
    compared = f"{row.free:,} {sign} {row.needed:,}"
    if row.nr is not None and (rule.name == "any" or not row.order):
        return Said(
            f"free blocks of order {order} or above that it may take: {compared}",
            f"它可用的 {order} 阶或更高阶空闲块：{compared}",
        )
    if not row.order:
        return Said(f"all free pages against mark and reserve: {compared}", f"全部空闲页与水位加保留量相比：{compared}")
    return Said(
        f"pages in blocks of order {row.order} and above against the halved mark: {compared}",
        f"{row.order} 阶及以上的块中的页与减半的水位相比：{compared}",
    )


def said_by_request(report: Report) -> list[Said]:
    """What the report itself says of its cause, whether the zones refuse or not."""
    found = []
    if report.killing is not None and report.killing.kind == "cgroup":
        line = report.killing.line
        found.append(
            Said(
                f"line {line}: a memory cgroup had reached its limit, not the machine",
                f"第 {line} 行：达到上限的是一个内存 cgroup，不是整台机器",
            )
        )
    if report.request and report.request.order == -1:
        found.append(
            Said(
                "order -1 is that of SysRq-F: the OOM killer was called by hand, no request had failed",
                "-1 阶来自 SysRq-F：OOM killer 是人工调用的，并没有请求失败",
            )
        )
    if report.request and report.request.mode == 0 and report.kind == "oom":
        found.append(
            Said(
                "mask 0 is that of the page-fault path: the OOM killer was called without a request to the zones",
                "掩码 0 来自缺页路径：调用 OOM killer 时并没有向各区域请求内存",
            )
        )
    return found


def passed_reasons(report: Report, tests: list[ZoneTest], order: int, rights: Rights) -> list[Said]:
    """What could explain a refusal that the printed state does not show, the most telling first."""
    return [
        *_limits(report, tests),
        *_kept_blocks(tests, order, rights),
        Said(
            "the state is printed after the decision and without a lock: memory may have come back in between",
            "状态是在决定之后、不加锁打印的：其间可能又有内存归还",
        ),
        Said(
            "pages on the per-cpu lists of other CPUs and the exact counters are not in these figures",
            "其他 CPU 的每 CPU 链表上的页和精确的计数不在这些数字里",
        ),
    ]


def _limits(report: Report, tests: list[ZoneTest]) -> list[Said]:
    """Limits beside the marks: nodes that the task may use, and those of vmalloc."""
    found = []
    passing = {test.node for test in tests if test.passes} - {None}
    mems = report.mems
    if mems and passing and not passing & mems.nodes:
        found.append(
            Said(
                f"line {mems.line}: mems_allowed={mems.text}, and no node that the task may use passes",
                f"第 {mems.line} 行：mems_allowed={mems.text}，任务可用的节点没有一个通过",
            )
        )
    if report.request and report.request.kind == "vmalloc":
        found.append(
            Said(
                "vmalloc fails for want of address space, or for a size of its own, too",
                "vmalloc 也会因地址空间不足或自身的大小限制而失败",
            )
        )
    return found


def kept_types(test: ZoneTest, order: int, rights: Rights) -> str:
    """The types of a zone's blocks large enough, if all of them are kept for other requests; else nothing.

    A page alone is never taken from HighAtomic blocks. C: mm/page_alloc.c, rmqueue.
    """
    types = (test.state.types or ())[order:] if test.state else ()
    counts = (test.state.counts or ())[order:] if test.state else ()
    held = [letters for letters, nr in zip(types, counts, strict=False) if nr and letters]
    closed = set("HCI") - ({"H"} if rights.high_atomic and order else set()) - ({"C"} if rights.cma else set())
    return "".join(sorted(set("".join(held)))) if all(set(letters) <= closed for letters in held) else ""


def _kept_blocks(tests: list[ZoneTest], order: int, rights: Rights) -> list[Said]:
    """Zones that pass although all their blocks large enough are kept for other requests."""
    return [
        Said(
            f"{test.label}: all free blocks large enough are of types ({kinds}), kept for other requests",
            f"{test.label}：足够大的空闲块全是 ({kinds}) 类型，留给别的请求",
        )
        for test in tests
        if test.passes and (kinds := kept_types(test, order, rights))
    ]
