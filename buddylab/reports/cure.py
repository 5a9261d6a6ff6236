"""One change that lets a request pass, and the refusal that it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from buddylab.reports.explanation import Explanation
from buddylab.reports.rules import Rights, Row, Rule, State, rows
from buddylab.reports.setup import Setup
from buddylab.reports.verdict import ZoneTest
from buddylab.said import Said


class Turn(NamedTuple):
    """What is turned, its values before and after, and how an administrator does it, if he can."""

    knob: str | None = None
    from_: int | str | None = None
    to: int | str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Cure:
    """One change, by a turn of a knob.

    margin: by how many pages (or blocks) the tightest row then passes; below 0 for `wake_earlier`, which refuses this
    very request all the more. state, order, rights: what is tested again; state is None for a cgroup's limit.
    """

    kind: str
    zone: str
    sentence: Said
    margin: int
    state: State | None
    order: int
    rights: Rights
    price: Said
    turn: Turn

    @property
    def passes(self) -> bool:
        """Does this very request then pass?"""
        return self.margin > 0


def margin(told: list[Row] | None) -> int | None:
    """Pages or blocks to spare in the tightest row; None if the request is refused."""
    return min(row.free - row.needed for row in told) if told and told[-1].ok else None


@dataclass(frozen=True, slots=True)
class Case:
    """One refusal: the zone's figures, the request, the rule, and the settings behind the marks."""

    told: Explanation
    rule: Rule
    test: ZoneTest
    state: State
    order: int
    rights: Rights
    setup: Setup | None
    whole: bool

    def spare(self, state: State, order: int | None = None) -> int | None:
        """The margin with these figures, or this order; None if it is refused."""
        return margin(rows(state, self.order if order is None else order, self.rights, self.rule))

    def passes(self, state: State, order: int | None = None) -> bool:
        """Would it pass with these figures, or this order?"""
        return self.spare(state, order) is not None

    def cure(
        self, kind: str, said: Said, price: Said, state: State, turn: Turn, order: int | None = None
    ) -> Cure | None:
        """The change, run again; None if it does not hold."""
        spare = self.spare(state, order)
        order = self.order if order is None else order
        if spare is None:
            return None
        return Cure(kind, self.test.label, said, spare, state, order, self.rights, price, turn)


def largest(below: int, least: int, holds: Callable[[int], bool]) -> int | None:
    """The largest number from least on and below a limit for which it holds, if it holds for the smaller ones."""
    low, high = least, below
    if low >= high or not holds(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def fewest(holds: Callable[[int], bool]) -> int | None:
    """The smallest number from 1 on for which it holds, if it holds for all larger ones; None up to a billion."""
    low, high = 0, 1
    while not holds(high):
        low, high = high, high * 2
        if high > 1 << 30:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
