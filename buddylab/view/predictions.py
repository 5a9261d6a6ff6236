"""What a reader predicted against what the run did, as text."""

from collections.abc import Sequence
from typing import Any

from buddylab.view.sentences import say

WORDS = {
    "guess": ("a guess", "猜测"),
    "fairly": ("fairly sure", "比较确定"),
    "certain": ("certain", "确定"),
    "holds": ("holds", "成立"),
    "refuses": ("refuses", "拒绝"),
}
"""How sure a reader is, and what a zone's test says. Stages keep their names."""


def summary(answers: Sequence[dict[str, Any]], frames: Sequence[dict[str, Any]], lang: str = "en") -> list[str]:
    """The score, a line for each confidence that was given, a line an answer, and under a wrong one the run's sentence.

    answers: the explorer's `predictions`, in the order given. frames: of the run that they are about.
    """
    zh = lang == "zh"

    def word(value: str | None) -> str:
        return WORDS[value][zh] if value in WORDS else value or "NULL"

    right, of = sum(one["right"] for one in answers), len(answers)
    lines = [f"{of} 题中预测对 {right} 题" if zh else f"{right} of {of} predicted right"]
    for level in ("guess", "fairly", "certain"):
        those = [one["right"] for one in answers if one["confidence"] == level]
        if those:
            lines.append(
                f"{word(level)}：{len(those)} 题对 {sum(those)}"
                if zh
                else f"{word(level)}: {sum(those)} of {len(those)} right"
            )
    for one in answers:
        given = f"{word(one['answer'])} ({word(one['confidence'])}); {word(one['truth'])}"
        lines.append(f"{'✓' if one['right'] else '✗'} {one['question']} {given}")
        if not one["right"]:
            frame = frames[one["frame"]]
            lines.append(f"    {say(frame['say'], frame.get('args', {}), lang)}")
    return lines
