"""Two recorded runs beside each other: where they part, and what each says there."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from buddylab.said import Said
from buddylab.view.sentences import sentence

Frame = dict[str, Any]
LOOKED_AT = ("stage", "say", "args", "test")
"""What makes two frames tell the same: a kernel event that only carries another mask or order does not part them."""
APART = Said(
    "They part at {here}. This one: {this} The other: {other}", "二者在 {here} 分道。本次：{this} 另一次：{other}"
)
ROW = Said(
    "{zone} against {mark}: this one counts {f:,} and needs more than {m:,}, the other {f2:,} and more than {m2:,}.",
    "{zone} 对 {mark}：本次计 {f:,} 页，须多于 {m:,}；另一次计 {f2:,} 页，须多于 {m2:,}。",
)
PARTED = Said("{zone} against {mark}: here {this}, there {other}.", "{zone} 对 {mark}：本次 {this}，另一次 {other}。")
OUTCOME = {
    True: Said("{f:,} > {m:,} holds in {where}", "{where}中 {f:,} > {m:,} 成立"),
    False: Said("{f:,} > {m:,} does not hold in {where}", "{where}中 {f:,} > {m:,} 不成立"),
}
ALL_FREE = Said("all free pages", "全部空闲页")
LARGE_ENOUGH = Said("blocks of order {o} or more", "{o} 阶及以上的块")
LONGER = Said(
    "They tell the same as far as the shorter one goes; then one has ended.", "在较短的一次结束之前，二者完全相同。"
)


def difference(this: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Where two documents of `view` part: {"frame": index in both, "said": Said}; {} if they never do.

    Two watermark tests of the same zone and mark part in their numbers, and those are what the sentence says.
    """
    for place, (a, b) in enumerate(zip_longest(this["frames"], other["frames"])):
        if a is None or b is None:
            return {"frame": place, "said": LONGER}
        if any(a.get(name) != b.get(name) for name in LOOKED_AT):
            return {"frame": place, "said": _told(a, b, this)}
    return {}


def _told(a: Frame, b: Frame, document: dict[str, Any]) -> Said:
    """The first difference in a sentence, and what it leads to."""
    apart = APART.fill(here=a["stage"], this=sentence(a), other=sentence(b))
    one, two = a.get("test"), b.get("test")
    if not one or not two or (one["zone"], one["mark_name"]) != (two["zone"], two["mark_name"]):
        return apart
    which = {"zone": document["machine"]["zones"][one["zone"]]["label"], "mark": one["mark_name"]}
    if one["ok"] != two["ok"]:
        return PARTED.fill(**which, this=_outcome(one["rows"][-1]), other=_outcome(two["rows"][-1]))
    rows = _first_unequal(one["rows"], two["rows"])
    if rows is None:
        return apart
    first, second = rows
    return ROW.fill(**which, f=first["f"], m=first["m"], f2=second["f"], m2=second["m"])


def _outcome(row: Frame) -> Said:
    """What decided one test: its last row, and where that counts."""
    where = LARGE_ENOUGH.fill(o=row["o"]) if row["o"] else ALL_FREE
    return OUTCOME[row["ok"]].fill(f=row["f"], m=row["m"], where=where)


def _first_unequal(one: Sequence[Frame], two: Sequence[Frame]) -> tuple[Frame, Frame] | None:
    """The first pair of rows whose numbers differ."""
    pairs = zip(one, two, strict=False)
    return next(((a, b) for a, b in pairs if (a["f"], a["m"]) != (b["f"], b["m"])), None)
