"""An explained report as plain text: the cause first, the verdict, what would help, and then zone by zone the rows."""

from collections.abc import Iterator
from unicodedata import east_asian_width

from buddylab.printable import printable_lines
from buddylab.reports.caller import caller, size
from buddylab.reports.causes import cause
from buddylab.reports.cures import Cure, cures
from buddylab.reports.explanation import Explanation
from buddylab.reports.verdict import ZoneTest
from buddylab.said import LANGS, Lang, Said, SaidError, as_is

FIGURES = ("free", "min", "low", "high")
KINDS = {
    "alloc-failure": Said("page allocation failure", "页分配失败"),
    "oom": Said("OOM killer", "OOM 杀手"),
    "stall": Said("page allocation stall", "页分配停滞"),
    "vmalloc": Said("vmalloc failure", "vmalloc 失败"),
    "mask": Said("a mask", "掩码"),
}
"""What a request's kind is called."""
COLON = Said(": ", "：")
YES, NO = Said("yes", "是"), Said("no", "否")
ALL = Said("all free pages", "全部空闲页")


def as_text(told: Explanation, lang: Lang = "en") -> str:
    """Cause, verdict, cures, the rows down to the one that decided, and what could not be read.

    lang: "en" or "zh". Raises ValueError for another.
    """
    if lang not in LANGS:
        raise SaidError(
            f"reports are explained in 'en' or 'zh', not in {lang!r}", f"报告的语言是 'en' 或 'zh'，不是 {lang!r}"
        )
    first, *others = [cause(told).said, *heading(told), *cure_lines(told), *kernel_line(told)]
    body = [*others, *zone_lines(told), *after(told)]
    lines = [first, *(as_is("  ").then(line) for line in body)]
    return printable_lines("\n".join(line.in_lang(lang) for line in lines))


def heading(told: Explanation) -> Iterator[Said]:
    """The verdict, and what was asked for: in kB, by which kind of caller, with which mask."""
    known = told.verdict.passes is not None
    yield Said("verdict: ", "结论：").then(told.verdict.sentence) if known else told.verdict.sentence
    request = told.report.request
    if request is None:
        if told.readings:
            asked = size(told.order, told.report.page_kb)
            mask = f", mode {told.mode:#x} = {told.readings[0]}: "
            yield Said("a request for ", "请求").then(asked, as_is(mask), caller(told))
        return
    order = told.order if request.order is None or request.order < 0 else request.order
    asked = (
        size(order, told.report.page_kb)
        if request.order is not None
        else Said("memory of an order not named", "未写明阶的内存")
    )
    who = as_is(request.process) if request.process else Said("(no process named)", "（未写明进程）")
    line = KINDS[request.kind].then(COLON, who, Said(" asks for ", " 请求"), asked)
    if request.mode is not None:
        best = str(told.readings[0]) if told.readings and str(told.readings[0]) else "0"
        line = line.then(
            Said(f", mode {request.mode:#x} = {best}", f"，mode {request.mode:#x} = {best}"), COLON, caller(told)
        )
    yield line
    if len(told.readings) > 1:
        listed = ", ".join(str(reading) or "0" for reading in told.readings[1:4])
        yield Said(f"other readings of the mask: {listed}", f"掩码的其他读法：{listed}")


def kernel_line(told: Explanation) -> Iterator[Said]:
    """The release, and the rule that it tests with; nothing where nothing of a kernel's zones is in the text."""
    if not told.report.zones and told.report.request is None:
        return
    kernel = as_is(told.report.kernel) if told.report.kernel else Said("not named", "未写明")
    rule = Said("rule: ", "规则：").then(told.rule.words) if told.rule else Said("no rule applies", "没有可用的规则")
    yield Said("kernel ", "内核 ").then(kernel, Said("; ", "；"), rule)


def cure_lines(told: Explanation) -> Iterator[Said]:
    """What would help, the practical first, each with its price and how it is done."""
    for cure in cures(told):
        yield cure_line(cure)
        if cure.turn.command:
            yield as_is(f"    {cure.turn.command}")


def cure_line(cure: Cure) -> Said:
    """One cure: where, what, how much to spare, and the price."""
    where = Said(f" in {cure.zone}", f"（{cure.zone}）") if cure.zone else as_is("")
    price = Said(" (", "（").then(cure.price, Said(")", "）"))
    if not cure.passes:
        return Said("next time", "下一次").then(where, COLON, cure.sentence, price)
    head = Said("would help", "有用的改变").then(where, COLON, cure.sentence)
    return head.then(Said(f", with {cure.margin:,} to spare", f"，余 {cure.margin:,}"), price)


def figure_lines(told: Explanation) -> Iterator[Said]:
    """The figures of a report that gets no test: where they are all there is, they are shown as read."""
    page_kb = told.report.page_kb
    for zone in told.report.zones if not told.tests else ():
        if not zone.populated:
            continue
        free, low, mid, high = ("?" if (nr := zone.pages(word, page_kb)) is None else f"{nr:,}" for word in FIGURES)
        if {free, low, mid, high} != {"?"} or zone.lowmem_reserve:
            kept = " ".join(map(str, zone.lowmem_reserve or "?"))
            yield Said(
                f"{zone.label}: free {free} pages, min {low}, low {mid}, high {high}, reserve {kept}",
                f"{zone.label}：空闲 {free} 页，min {low}，low {mid}，high {high}，保留 {kept}",
            )
        if zone.blocks is not None:
            listed = " ".join(map(str, zone.blocks))
            yield Said(
                f"{zone.label}: free blocks from order 0 on: {listed}", f"{zone.label}：自 0 阶起的空闲块：{listed}"
            )


def zone_lines(told: Explanation) -> Iterator[Said]:
    """Every zone's test with its rows, or its figures."""
    yield from figure_lines(told)
    for test in told.tests:
        yield zone_line(test)
        for name, left, sign, right, ok in row_cells(test):
            cells = f"{left:>12} {sign:<2} {right:<10} "
            yield Said(
                *(
                    f"    {_padded(name.in_lang(lang), 22)}{cells}{(YES if ok else NO).in_lang(lang)}"
                    for lang in ("en", "zh")
                )
            )


def zone_line(test: ZoneTest) -> Said:
    """One zone's figures, and whether it refused."""
    state = test.state
    if state is None:
        return Said(f"{test.label}: figures are missing or contradict each other", f"{test.label}：数字不全或互相矛盾")
    if not test.rows:
        return Said(
            f"{test.label}: free {state.free:,} pages are above the {test.mark} mark; the blocks per order are missing",
            f"{test.label}：空闲 {state.free:,} 页高于 {test.mark} 线；缺少各阶的块数",
        )
    outcome = (
        Said("passes", "通过") if test.passes else Said(f"refuses, {test.short:,} short", f"拒绝，差 {test.short:,}")
    )
    return Said(
        f"{test.label}: free {state.free:,} pages, {test.mark} {state.mark:,}, reserve {state.reserve:,}: ",
        f"{test.label}：空闲 {state.free:,} 页，{test.mark} {state.mark:,}，保留 {state.reserve:,}：",
    ).then(outcome)


def row_cells(test: ZoneTest) -> list[tuple[Said, str, str, str, bool]]:
    """Every row of a zone's test: what it counts, the count, > or <=, the mark, whether it holds."""
    return [
        (
            Said(f"blocks of order {row.order}+", f"{row.order} 阶及以上的块") if row.order else ALL,
            f"{row.free:,}",
            ">" if row.ok else "<=",
            f"{row.needed:,}",
            row.ok,
        )
        for row in test.rows or ()
    ]


def after(told: Explanation) -> Iterator[Said]:
    """What it may be besides, what to know of the text, what was put right in it, and what could not be read."""
    for reason in told.reasons:
        yield Said("it may be: ", "可能是：").then(reason) if told.tests else reason
    for note in told.notes:
        yield Said("note: ", "注：").then(note)
    for repair in told.report.repairs:
        yield Said(f"line {repair.line} repaired: ", f"第 {repair.line} 行已修复：").then(repair.said)
    for unread in told.report.unread:
        line, shown = unread.line, repr(unread.text.strip()[:80])
        yield Said(f"line {line} could not be read (", f"第 {line} 行无法读取（").then(
            unread.why, Said(f"): {shown}", f"）：{shown}")
        )


def _padded(text: str, columns: int) -> str:
    """Filled up with blanks on a screen where a Chinese character takes two columns."""
    return text + " " * (columns - sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text))
