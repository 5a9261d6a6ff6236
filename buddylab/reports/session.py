"""The clinic without its screen: a text comes in, what to show goes out; and a report as the explorer's knobs."""

from typing import Any, NamedTuple

from buddylab.core.zone import MAX_ORDER
from buddylab.machines.hardware import sizes
from buddylab.reports.drawing import Json, drawing, told_of
from buddylab.reports.explanation import Explanation
from buddylab.reports.rebuild import core_mask, reported
from buddylab.said import Said, SaidError

LARGEST = 8_000_000
"""Characters of a paste that are read."""
NOTHING = Said(
    "There is no report in this text: it needs a line such as 'page allocation failure. order:3, mode:0x20' or "
    "'oom-killer:', or zones with their figures.",
    "文本中没有报告：需要有“page allocation failure. order:3, mode:0x20”或“oom-killer:”之类的行，或各内存区的数字。",
)
PLAY_NOTE = Said(
    "The report's zones as a machine, one shape of many; its request, on the ladder of Linux 2.6.21.",
    "按报告的各内存区搭建的机器（多种可能之一），在 Linux 2.6.21 的阶梯上播放它的请求。",
)


class Answer(NamedTuple):
    """What a text came to: its reports, what the screen draws, and what it says if there is none."""

    told: list[Explanation]
    shown: Json
    error: Said | None


def answer(text: str, kernel: str = "") -> Answer:
    """Read a text as pasted. Raises ValueError for one too large, and for a kernel that is no release."""
    if len(text) > LARGEST:
        raise SaidError(
            f"this text has {len(text):,} characters; the clinic reads {LARGEST:,}: cut out the report",
            f"文本有 {len(text):,} 个字符，诊所最多读 {LARGEST:,} 个：请截取报告部分。",
        )
    told = told_of(text, kernel or None)
    shown = drawing(text, told)
    for one, drawn in zip(told, shown["reports"], strict=False):
        drawn["play_note"], drawn["cannot_play"] = PLAY_NOTE, cannot_play(one)
    return Answer(told, shown, None if told or not text.strip() else NOTHING)


def cannot_play(told: Explanation) -> Said | None:
    """Why a report cannot be opened in the explorer; None if it can."""
    try:
        setting(told)
    except SaidError as error:
        return error.said
    return None


def setting(told: Explanation) -> dict[str, Any]:
    """The explorer's knobs for a report: its machine as plain data, its mask in the bits of 2.6.21, its order.

    Raises ValueError, saying what is missing or too large, for a report that makes no machine or no request of 2.6.21.
    """
    request = told.report.request
    if request is None or request.mode is None or not told.readings:
        raise SaidError(
            "the report says no mask, so there is no request to play", "报告没有说明掩码，没有可播放的请求。"
        )
    if not 0 <= told.order < MAX_ORDER:
        raise SaidError(
            f"2.6.21 has orders 0 to {MAX_ORDER - 1}; this request is of order {told.order}",
            f"2.6.21 只有 0 至 {MAX_ORDER - 1} 阶，此请求为 {told.order} 阶。",
        )
    if told.order == 0 and request.order is None and told.report.kind != "oom":
        raise SaidError(
            "the report says no order, so there is no request to play", "报告没有说明阶，没有可播放的请求。"
        )
    machine = reported(told.report, told.zone_types or None).as_data()
    sizes(machine)
    table = told.table or told.readings[0].table
    return {"machine": machine, "gfp_mask": core_mask(request.mode, table), "order": told.order}
