"""What each cause that lies in the zones says, in plain sentences and both languages."""

from buddylab.reports.caller import COSTLY_ORDER, caller, names, size
from buddylab.reports.explanation import Explanation
from buddylab.reports.rules import State
from buddylab.reports.verdict import ZoneTest
from buddylab.said import Said


def _mb(kb: int) -> str:
    return f"{kb // 1000:,} MB" if kb >= 1000 else f"{kb} kB"


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
