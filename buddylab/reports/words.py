"""What each cause says, in plain sentences and both languages."""

from typing import Any

from buddylab.reports.caller import COSTLY_ORDER, caller, names, size
from buddylab.reports.explanation import Explanation
from buddylab.reports.killed import Killing, Victim
from buddylab.reports.report import Report
from buddylab.reports.requests import UNREAD
from buddylab.reports.rules import State
from buddylab.reports.unanswered import usable
from buddylab.reports.verdict import ZoneTest
from buddylab.said import Said, as_is, join

NOTHING = Said("", "")


def _mb(kb: int) -> str:
    return f"{kb // 1000:,} MB" if kb >= 1000 else f"{kb} kB"


def _victim(victim: Victim) -> Said:
    return as_is(victim.name if victim.pid is None else f"{victim.name} ({victim.pid})")


def cgroup(killing: Killing) -> Said:
    """Which group, how full, who was killed; the machine's zones are not asked."""
    kubernetes = killing.words == "kubernetes" or "kubepods" in (killing.group or "")
    who = as_is(f" {killing.group}") if killing.group else NOTHING
    head = Said("The memory cgroup", "内存 cgroup").then(who, Said(" reached its limit", " 达到了上限"))
    if killing.usage_kb is not None and killing.limit_kb is not None:
        figures = f"{killing.usage_kb:,} kB"
        head = head.then(
            Said(f": {figures} used of {killing.limit_kb:,} kB", f"：已用 {figures}，上限 {killing.limit_kb:,} kB")
        )
    elif killing.limit_kb is not None:
        head = head.then(Said(f" of {killing.limit_kb:,} kB", f"（{killing.limit_kb:,} kB）"))
    if killing.victims:
        killed = join(dict.fromkeys(map(_victim, killing.victims)), ", ")
        head = head.then(Said("; killed: ", "；被杀死：").then(killed))
    end = Said(". The machine's own memory zones have no part in it.", "。与整台机器的内存区无关。")
    if kubernetes:
        end = end.then(
            Said(
                " In Kubernetes this is OOMKilled, exit code 137: the limit of the container or pod.",
                "在 Kubernetes 中这就是 OOMKilled、退出码 137：容器或 Pod 的上限。",
            )
        )
    elif killing.words == "systemd" or (killing.group or "").endswith((".service", ".slice", ".scope")):
        end = end.then(
            Said(
                " For systemd this is MemoryMax= of the unit (result oom-kill).",
                "对 systemd 来说，这是该单元的 MemoryMax=（结果为 oom-kill）。",
            )
        )
    return head.then(end)


def cgroup_figures(killing: Killing) -> dict[str, Any]:
    """The group, its figures and the first process killed."""
    victim = next((one for one in killing.victims if one.pid is not None), None) or next(iter(killing.victims), None)
    return {
        "group": killing.group,
        "usage_kb": killing.usage_kb,
        "limit_kb": killing.limit_kb,
        "killed": victim.name if victim else None,
        "pid": victim.pid if victim else None,
    }


def victims(report: Report) -> dict[str, Any]:
    """Who killed whom."""
    found = report.killing.victims if report.killing else []
    return {"kills": [{"by": one.by, "killed": one.name, "pid": one.pid} for one in found]}


def userspace(report: Report) -> Said:
    """Programs that kill before the kernel must."""
    found = report.killing.victims if report.killing else []
    told = join((Said(f"{one.by} killed ", f"{one.by} 杀死了 ").then(_victim(one)) for one in found), "; ")
    return told.then(
        Said(
            ". These are programs, not the kernel: the kernel's allocator refused nothing.",
            "。它们是程序而不是内核：内核的分配器没有拒绝任何请求。",
        )
    )


def by_hand(sysrq: bool) -> Said:
    """The killer was called, and no request had failed."""
    if sysrq:
        return Said(
            "The OOM killer was called by hand (SysRq-F, order -1): no request had failed.",
            "OOM 杀手是人工调用的（SysRq-F，-1 阶）：并没有请求失败。",
        )
    return Said(
        "The OOM killer was called from a page fault (mask 0) without a request to the zones: what failed before it is "
        "not in this report.",
        "OOM 杀手是从缺页路径（掩码 0）调用的，并没有向各内存区请求：之前失败的是什么，这份报告没有写。",
    )


def vmalloc() -> Said:
    """vmalloc has limits of its own."""
    return Said(
        "vmalloc failed: it needs single pages and address space of its own, and a size within its limits; the zones "
        "as printed do not explain it.",
        "vmalloc 失败：它需要单页和自己的地址空间，且大小不得超过其限制；打印的内存区状态解释不了。",
    )


def costly(order: int, page_kb: int) -> Said:
    """Above the order for which the kernel tries hard."""
    return (
        Said("This asks for ", "这里请求")
        .then(size(order, page_kb))
        .then(
            Said(
                f", above the costly order {COSTLY_ORDER}: the kernel gives up early, and the caller should have "
                "something to fall back on.",
                f"，高于代价阶 {COSTLY_ORDER}：内核会早早放弃，调用者应有后备办法。",
            )
        )
    )


def missing(report: Report) -> list[str]:
    """What a test needs and the text has not, in the kernel's words."""
    found = []
    zones = [zone for zone in report.zones if zone.populated]
    if report.request is None:
        found.append("request")
    elif report.request.order is None and report.kind != "oom":
        found.append("order")
    if not zones:
        return [*found, "zones"]
    for word in ("free", "min", "low", "high"):
        if any(zone.pages(word, report.page_kb) is None for zone in zones):
            found.append(word)
    if any(zone.lowmem_reserve is None for zone in zones):
        found.append("lowmem_reserve")
    return found


def unknown(told: Explanation) -> Said:
    """What would have to be there."""
    report, lacking = told.report, missing(told.report)
    killed = report.killing.victims if report.killing else []
    head = NOTHING
    if killed:
        head = Said("The kernel's OOM killer killed ", "内核的 OOM 杀手杀死了 ").then(
            join(map(_victim, killed), ", "), Said(". ", "。")
        )
    if any(one.why in UNREAD for one in report.unread) and report.request is None:
        return head.then(
            Said(
                "The line that says what was asked for is damaged, so the cause is not known.",
                "写明请求的那一行已损坏，所以原因不明。",
            )
        )
    if "request" in lacking and "zones" not in lacking and told.readings:
        return head.then(_unmarked(told, lacking))
    if "request" in lacking and "zones" not in lacking:
        return head.then(
            Said(
                "These are figures without a request: nothing here was refused. Ask with an order and a mask.",
                "这里只有数字，没有请求：没有什么被拒绝。可以用阶和掩码来提问。",
            )
        )
    if "zones" in lacking:
        return head.then(
            Said(
                "The text has no figures of the zones, so the cause cannot be told: paste what follows Mem-Info: too.",
                "文本中没有各内存区的数字，无法说明原因：请把 Mem-Info: 之后的内容也粘贴进来。",
            )
        )
    if set(lacking) & {"free", "min", "low", "high", "lowmem_reserve"}:
        listed = ", ".join(lacking)
        return head.then(
            Said(
                f"The cause cannot be told: the lines with {listed} are missing.",
                f"无法说明原因：缺少写有 {listed} 的行。",
            )
        )
    why = told.verdict.sentence
    return head.then(
        Said(
            f"The cause is not known: {why.en.removeprefix('no verdict: ')}.",
            f"原因不明：{why.zh.removeprefix('没有结论：')}。",
        )
    )


def _unmarked(told: Explanation, lacking: list[str]) -> Said:
    """A request was put to figures that have no marks, or no blocks."""
    table = told.table
    zones = usable(told.report, told.mode, table) if table else []
    fit = [zone.label for zone in zones if zone.blocks and any(zone.blocks[told.order :])]
    listed = ", ".join(word for word in lacking if word != "request" and not (word == "free" and fit))
    if not listed:
        why = told.verdict.sentence
        return Said(
            f"It cannot be told: {why.en.removeprefix('no verdict: ')}.",
            f"说不出来：{why.zh.removeprefix('没有结论：')}。",
        )
    wanted = Said(
        f"Whether a mark refuses cannot be told without {listed} (/proc/zoneinfo, or a SysRq-m dump).",
        f"没有 {listed}（/proc/zoneinfo 或 SysRq-m 的输出）就说不出水位线是否会拒绝。",
    )
    if not fit:
        return wanted
    block = size(told.order, told.report.page_kb)
    return block.then(
        Said(
            f" is free in {', '.join(fit)}, which would be tried in this order. ",
            f"在 {'、'.join(fit)} 有空闲，按此顺序尝试。",
        ),
        wanted,
    )


def no_block(told: Explanation) -> Said:
    """No zone that it may use has a block large enough, whatever the marks are."""
    return (
        Said("No zone that it may use has ", "它可用的内存区都没有")
        .then(size(told.order, told.report.page_kb))
        .then(Said(" free.", "空闲。"))
    )


def passed(told: Explanation, test: ZoneTest) -> Said:
    """The printed state would have given the block."""
    row = test.last_row
    if told.report.request is None:
        return Said(
            f"{test.label} would give the block: {row.free:,} > {row.needed:,}.",
            f"{test.label} 会给出这个块：{row.free:,} > {row.needed:,}。",
        )
    return Said(
        f"{test.label} as printed would have given the block ({row.free:,} > {row.needed:,}): memory came back between "
        "the refusal and the printing, or a limit that the zones do not show stood in the way.",
        f"按打印的状态，{test.label} 本可给出这个块（{row.free:,} > {row.needed:,}）：拒绝之后、打印之前又有内存归还，"
        "或有内存区不显示的限制。",
    )


def boost(test: ZoneTest, state: State) -> Said:
    """Only the boost refuses."""
    plain = state.mark - state.boost
    return Said(
        f"Only the boost refuses: the {test.mark} mark of {test.label}, {state.mark:,} pages, is {plain:,} and a boost "
        f"of {state.boost:,}, and {state.free:,} pages are free. The boost decays when kswapd has run.",
        f"只是水位提升在拒绝：{test.label} 的 {test.mark} 线 {state.mark:,} 页，是 {plain:,} 加上提升的 "
        f"{state.boost:,}，而空闲 {state.free:,} 页。kswapd 运行之后，提升会消退。",
    )


def cma(told: Explanation, test: ZoneTest, state: State) -> Said:
    """Free, but CMA, and closed to this request."""
    left = max(state.free - state.cma, 0)
    said = Said(
        f"{state.cma:,} of {state.free:,} free pages in {test.label} are CMA, closed to this request; {left:,} are "
        "left",
        f"{test.label} 的 {state.free:,} 个空闲页中有 {state.cma:,} 个属于 CMA，不对这个请求开放；只剩 {left:,} 个",
    )
    if told.order and (test.passes or test.last_row.nr is not None):
        said = said.then(
            Said(", and among them is not ", "，其中没有").then(
                size(told.order, told.report.page_kb), Said(" that it may take", "可供它使用")
            )
        )
    return said.then(Said(".", "。"))


def high_atomic(told: Explanation, test: ZoneTest, pages: int) -> Said:
    """The free blocks are a reserve of other requests."""
    block = size(told.order, told.report.page_kb)
    some, some_zh = (f" of {pages:,} pages", f"（{pages:,} 页）") if pages else ("", "")
    return (
        Said(f"In {test.label} ", f"在 {test.label}，")
        .then(block)
        .then(
            Said(
                f" is free only in the high-atomic reserve{some}, which is kept for urgent requests.",
                f"只在高阶原子储备{some_zh}中才有空闲，它留给紧急请求。",
            )
        )
    )


def counters(test: ZoneTest, counter: int, listed: int) -> Said:
    """Counter and lists disagree, and the answer hangs on which one counts."""
    none, none_zh = ("none", "一页也没有") if not listed else (f"{listed:,}", f"有 {listed:,} 页")
    return Said(
        f"Counter and lists of {test.label} disagree: the counter says {counter:,} free pages, the lists have {none}; "
        "the test trusts the counter.",
        f"{test.label} 的计数器与链表不符：计数器说有 {counter:,} 个空闲页，链表里{none_zh}；检查只看计数器。",
    )


def closed_zone(label: str, state: State, page_kb: int, told: Explanation) -> Said:
    """Memory lies in a zone that the mask does not open."""
    mask = "|".join(sorted(names(told), key=lambda name: name.startswith("__"))) or hex(told.mode)
    cma_kb = min(state.cma, state.free) * page_kb
    free_kb = state.free * page_kb
    said = Said(
        f"{_mb(free_kb)} are free in {label}, which {mask} may not use",
        f"{label} 有 {_mb(free_kb)} 空闲，但 {mask} 不能用它",
    )
    if cma_kb:
        whole = cma_kb * 100 >= free_kb * 99
        said = said.then(
            Said("; all of it is CMA", "；而且全是 CMA")
            if whole
            else Said(f"; {_mb(cma_kb)} of it are CMA", f"；其中 {_mb(cma_kb)} 属于 CMA")
        )
    test = told.tests[0]
    return said.then(
        Said(
            f". The zones that it may use, first {test.label}, refused.",
            f"。它可用的内存区（首先是 {test.label}）都拒绝了。",
        )
    )


def pieces(told: Explanation, test: ZoneTest, state: State, largest: int | None) -> Said:
    """Enough is free, but not in pieces of this size."""
    kb = told.report.page_kb
    free = f"{state.free * kb:,} kB"
    if largest is None or largest < told.order:
        most = f"{kb << (largest or 0):,} kB"
        end = Said(f"the largest free piece that it may take has {most}", f"它可取的最大空闲块只有 {most}")
    else:
        end = Said(
            "too few pages lie in pieces that large to leave the mark's share behind",
            "这样大的块中页太少，取走后留不下水位线所要求的部分",
        )
    said = Said(
        f"{free} are free in {test.label}, but too scattered for ", f"{test.label} 有 {free} 空闲，但太零散，凑不出"
    ).then(size(told.order, kb), Said(": ", "："), end)
    if told.order > COSTLY_ORDER:
        said = said.then(
            Said(
                f". Above order {COSTLY_ORDER} the kernel does not try hard",
                f"。高于 {COSTLY_ORDER} 阶时，内核不会尽力",
            )
        )
    return said.then(Said(".", "。"))


def mark(told: Explanation, test: ZoneTest, state: State, reserved: list[str]) -> Said:
    """Too little is free."""
    row = test.last_row
    high = test.mark == "high"
    if row.nr is not None:
        said = Said(f"{test.label} has no free page at all", f"{test.label} 一个空闲页也没有")
    elif told.order:
        said = Said(
            f"{test.label} is short of memory: {row.free:,} of its {state.free:,} free pages would count after this "
            f"request, and the {test.mark} mark asks for more than {row.needed:,}",
            f"{test.label} 内存不足：{state.free:,} 个空闲页在满足这个请求后只算 {row.free:,} 页，而 {test.mark} 线要求"
            f"多于 {row.needed:,} 页",
        )
    else:
        said = Said(
            f"{test.label} is short of memory: {row.free:,} usable pages, and the {test.mark} mark asks for more than "
            f"{row.needed:,}",
            f"{test.label} 内存不足：可用 {row.free:,} 页，而 {test.mark} 线要求多于 {row.needed:,} 页",
        )
    why = (
        Said("; reclaim had freed nothing more.", "；回收已无所得。")
        if high
        else Said(
            "; it was used up faster than it was reclaimed. The request came from ", "；消耗快于回收。请求来自"
        ).then(caller(told), Said(".", "。"))
    )
    said = said.then(why)
    if reserved:
        listed = ", ".join(reserved)
        said = said.then(
            Said(
                f" Pages are free in {listed}, kept from this request by lowmem_reserve.",
                f"{listed} 还有空闲页，但由 lowmem_reserve 保留，不给这个请求。",
            )
        )
    return said


def reserve(told: Explanation, test: ZoneTest, state: State) -> Said:
    """Kept for the zone's own requests."""
    return Said(
        f"{test.label} has {state.free:,} free pages, but keeps {state.reserve:,} of them (lowmem_reserve) from "
        "requests that could use a higher zone.",
        f"{test.label} 有 {state.free:,} 个空闲页，但其中 {state.reserve:,} 页（lowmem_reserve）"
        "不给本可使用更高内存区的请求。",
    )
