"""Questions of which of several statements holds: each statement is put to the simulator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from buddylab.course.question import Question, Wrong
from buddylab.said import NOTHING, Said


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement. holds: asks the simulator. say: what is said to who believed it, if it does not hold."""

    key: str
    text: Said
    holds: Callable[[], bool]
    say: Said = NOTHING
    misconception: str = ""


def which_holds(text: Said, claims: Sequence[Claim], right: Said, step: Callable[[], Said] | None = None) -> Question:
    """The question which one of these holds. Its answer raises ValueError unless exactly one does."""

    def holding() -> str:
        found = [claim.key for claim in claims if claim.holds()]
        if len(found) != 1:
            raise ValueError(f"exactly one statement must hold, not {found}")
        return found[0]

    return Question(
        kind="choice",
        choices=tuple((claim.key, claim.text) for claim in claims),
        answer=holding,
        text=text,
        step=step,
        right=right,
        otherwise=Said("Put each statement to the figures.", "把每句话和数字对一对。"),
        wrong=tuple(Wrong(claim.key, claim.say, claim.misconception) for claim in claims if claim.say[0]),
    )
