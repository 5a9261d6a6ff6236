"""What a question is, how an answer is read, and what is said about it. No answer is stored: each is computed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from buddylab.core import gfp
from buddylab.core.ladder import STAGES
from buddylab.core.zone import MAX_ORDER
from buddylab.said import NOTHING, Said, SaidError

Lists = tuple[tuple[int, ...], ...]
"""Free lists by order from 0 up, each as first pfns from head to tail."""

NOT_ANSWERED = Said("not answered yet", "尚未作答").both()
"""The one line of every cell that waits for an answer."""

KINDS = ("number", "choice", "stage", "mask", "lists")
STAGE_NAMES = tuple(stage.__name__ for stage in STAGES)

T = TypeVar("T")


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that has a reason. misconception: a key of `misconceptions.json`, or "" for a plain slip."""

    given: Any
    say: Said
    misconception: str = ""


@dataclass(frozen=True)
class Question:
    """One question as drawn.

    kind: one of `KINDS`. answer: asks the simulator; called when an answer is judged and at no other time. right,
    otherwise: said about a right answer, and about a wrong one without a reason of its own. choices: (key, text) of a
    choice. unit: behind a number. orders: which free lists are asked for. bits: names of the mask's bits on offer.
    step: what happens, shown once an answer was given.
    """

    kind: str
    text: Said
    answer: Callable[[], Any]
    right: Said
    otherwise: Said
    wrong: tuple[Wrong, ...] = ()
    choices: tuple[tuple[str, Said], ...] = ()
    unit: Said = NOTHING
    orders: tuple[int, ...] = ()
    bits: tuple[str, ...] = field(default=tuple(gfp.BITS))
    step: Callable[[], Said] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a question is of one of the kinds {', '.join(KINDS)}, not {self.kind!r}")
        if (self.kind == "choice") != bool(self.choices) or (self.kind == "lists") != bool(self.orders):
            raise ValueError("a choice needs `choices`, free lists need `orders`, and no other kind has them")


@dataclass(frozen=True)
class Verdict:
    """What is said about an answer. right: is it? step: what happens, both languages, or two empty texts."""

    right: bool
    say: Said
    misconception: str
    step: Said


def pick(rng: Random | None, standard: T, others: list[T]) -> T:
    """The notebook's own value where nothing is drawn (rng None), else one of all."""
    return standard if rng is None else rng.choice([standard, *others])


def judge(question: Question, raw: Any) -> Verdict:
    """Hold an answer, as it comes from the screen or a test, against the simulator. Raises SaidError."""
    given = read(question, raw)
    right = given == question.answer()
    reason = next((wrong for wrong in question.wrong if wrong.given == given), None)
    step = question.step() if question.step else NOTHING
    if right:
        return Verdict(True, question.right, "", step)
    if reason:
        return Verdict(False, reason.say, reason.misconception, step)
    return Verdict(False, question.otherwise, "", step)


def read(question: Question, raw: Any) -> Any:
    """The answer that was meant: an int, a key, a stage's name, a mask, or `Lists`. Raises SaidError."""
    if question.kind == "choice":
        return _one_of(raw, [key for key, _ in question.choices])
    if question.kind == "stage":
        return _one_of(raw, list(STAGE_NAMES))
    if question.kind == "mask":
        return _mask(raw)
    if question.kind == "lists":
        return _lists(raw, question.orders)
    return _number(raw)


def _one_of(raw: Any, keys: list[str]) -> str:
    if raw not in keys:
        raise SaidError(
            f"{raw!r} is not on offer: choose one of {', '.join(keys)}.",
            f"没有 {raw!r} 这个选项：请从 {'、'.join(keys)} 中选择。",
        )
    return str(raw)


def _number(raw: Any) -> int:
    text = re.sub(r"[\s,_]", "", str(raw))
    if not re.fullmatch(r"[-−]?[0-9]{1,18}", text):
        raise SaidError(
            f"{raw!r} is not a whole number: write digits only, such as 939.",
            f"{raw!r} 不是整数：请只写数字，例如 939。",
        )
    return int(text.replace("−", "-"))


def _mask(raw: Any) -> int:
    try:
        return gfp.check_mask(raw) if isinstance(raw, int) else gfp.gfp_parse(str(raw))
    except ValueError as error:
        raise SaidError(f"{error}.", f"{raw!r} 不是 gfp 掩码：可写 GFP_KERNEL|__GFP_ZERO 或 0x80d0。") from error


def _lists(raw: Any, orders: tuple[int, ...]) -> Lists:
    """raw: {order: pfns in words, head first}, orders as numbers or texts; an order that is left out is empty."""
    if not isinstance(raw, dict):
        raise SaidError(
            f"free lists are written order by order, not as {raw!r}.", f"请逐阶填写空闲链表，而不是 {raw!r}。"
        )
    lists: list[tuple[int, ...]] = [()] * MAX_ORDER
    for order, words in raw.items():
        if int(order) not in orders:
            raise SaidError(f"order {order} is not asked for here.", f"这里不问 {order} 阶。")
        lists[int(order)] = tuple(_number(word) for word in re.split(r"[\s,，、;]+", str(words).strip()) if word)
    return tuple(lists)
