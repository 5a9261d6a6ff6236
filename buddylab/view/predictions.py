"""What a reader predicted against what the run did, as text."""

from collections.abc import Iterator, Sequence
from typing import Any

from buddylab.said import Said, as_is
from buddylab.view.sentences import language, sentence

WORDS = {
    "guess": Said("a guess", "猜测"),
    "fairly": Said("fairly sure", "比较确定"),
    "certain": Said("certain", "确定"),
    "holds": Said("holds", "成立"),
    "refuses": Said("refuses", "拒绝"),
}
"""How sure a reader is, and what a zone's test says. Stages keep their names."""
SCORE = Said("{right} of {of} predicted right", "{of} 题中预测对 {right} 题")
OF_LEVEL = Said("{level}: {right} of {of} right", "{level}：{of} 题对 {right}")
ANSWER = as_is("{mark} {question} {answer} ({confidence}); {truth}")


def summary(answers: Sequence[dict[str, Any]], frames: Sequence[dict[str, Any]], lang: str = "en") -> list[str]:
    """The score, a line for each confidence that was given, a line an answer, and under a wrong one the run's sentence.

    answers: the explorer's `predictions`, in the order given. frames: of the run that they are about.
    """
    told = language(lang)
    return [line.in_lang(told) for line in _lines(answers, frames)]


def _lines(answers: Sequence[dict[str, Any]], frames: Sequence[dict[str, Any]]) -> Iterator[Said]:
    right = sum(one["right"] for one in answers)
    yield SCORE.fill(right=right, of=len(answers))
    for level in ("guess", "fairly", "certain"):
        those = [one["right"] for one in answers if one["confidence"] == level]
        if those:
            yield OF_LEVEL.fill(level=WORDS[level], right=sum(those), of=len(those))
    for one in answers:
        said = {name: _word(one[name]) for name in ("answer", "confidence", "truth")}
        yield ANSWER.fill(mark="✓" if one["right"] else "✗", question=one["question"], **said)
        if not one["right"]:
            yield as_is("    ").then(sentence(frames[one["frame"]]))


def _word(value: str | None) -> Said:
    return WORDS[value] if value in WORDS else as_is(value or "NULL")
