"""Questions of how a note of the annotator's stands against the kernel."""

from random import Random

from buddylab.commentary import Entry, load
from buddylab.course.question import Question, Wrong, pick
from buddylab.said import Said

VERDICTS = (
    ("right", Said("right", "正确")),
    ("imprecise", Said("right in the main, wrong in a point", "大体对，有一处不准")),
    ("wrong", Said("wrong", "错误")),
)


def note(rng: Random | None, own: str, others: list[str], misled: dict[str, str]) -> Question:
    """How does a note of the annotator's stand against the kernel? misled: id -> what one believes who trusts it."""
    name = pick(rng, own, others)
    entry: Entry = load().entry(name)
    found = Said(
        f"The note stands at the stage {entry.stage}. {entry.note_en}".strip(),
        f"这条注释在 {entry.stage} 阶段。{entry.note_zh}".strip(),
    )
    holds = {
        "right": Said("The code does what it says.", "代码做的正是它所说的。"),
        "imprecise": Said("The main thought of it holds, one point does not.", "它的主要意思成立，但有一处不成立。"),
        "wrong": Said("Not a point of it is wrong, but the thought.", "错的不是某一处，而是整个意思。"),
    }
    trusted = Said("You trusted it. Look at what the code does there.", "你轻信了它。看看那里的代码到底做什么。")
    return Question(
        kind="choice",
        choices=VERDICTS,
        answer=lambda: load().entry(name).verdict,
        step=lambda: found,
        text=Said(
            f"The annotator writes at the stage {entry.stage}: '{entry.en}' How does this stand against the kernel?",
            f"注释者在 {entry.stage} 阶段写道：“{entry.zh}”。对照内核，这条注释怎么样？",
        ),
        right=Said("Read beside it what the kernel really does.", "旁边写着内核实际做什么。"),
        otherwise=Said("Compare it with the lines of code that it speaks of.", "把它和它所说的代码行对照。"),
        wrong=tuple(
            Wrong(key, trusted, misled.get(name, "")) if key == "right" else Wrong(key, holds[entry.verdict])
            for key, _ in VERDICTS
            if key != entry.verdict
        ),
    )
