"""What is said where the cause is not known: what is missing, and what can be said without it."""

from buddylab.reports.caller import size
from buddylab.reports.explanation import Explanation
from buddylab.reports.report import Report
from buddylab.reports.requests import UNREAD
from buddylab.reports.unanswered import usable
from buddylab.reports.words_outside import victim
from buddylab.said import Said, join


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
    killed = told.report.killing.victims if told.report.killing else []
    if not killed:
        return _why_unknown(told)
    names = join(map(victim, killed), ", ")
    return Said("The kernel's OOM killer killed ", "内核的 OOM 杀手杀死了 ").then(
        names, Said(". ", "。"), _why_unknown(told)
    )


def _why_unknown(told: Explanation) -> Said:
    """What is missing, or why there is no verdict."""
    report, lacking = told.report, missing(told.report)
    if any(one.why in UNREAD for one in report.unread) and report.request is None:
        return Said(
            "The line that says what was asked for is damaged, so the cause is not known.",
            "写明请求的那一行已损坏，所以原因不明。",
        )
    if "request" in lacking and "zones" not in lacking and told.readings:
        return _unmarked(told, lacking)
    if "request" in lacking and "zones" not in lacking:
        return Said(
            "These are figures without a request: nothing here was refused. Ask with an order and a mask.",
            "这里只有数字，没有请求：没有什么被拒绝。可以用阶和掩码来提问。",
        )
    if "zones" in lacking:
        return Said(
            "The text has no figures of the zones, so the cause cannot be told: paste what follows Mem-Info: too.",
            "文本中没有各内存区的数字，无法说明原因：请把 Mem-Info: 之后的内容也粘贴进来。",
        )
    if set(lacking) & {"free", "min", "low", "high", "lowmem_reserve"}:
        listed = ", ".join(lacking)
        return Said(
            f"The cause cannot be told: the lines with {listed} are missing.", f"无法说明原因：缺少写有 {listed} 的行。"
        )
    why = told.verdict.sentence
    return Said(
        f"The cause is not known: {why.en.removeprefix('no verdict: ')}.",
        f"原因不明：{why.zh.removeprefix('没有结论：')}。",
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
