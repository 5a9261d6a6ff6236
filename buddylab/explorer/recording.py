"""From a setting of the knobs to the recorded run that it leads to, and all that the screen draws of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from buddylab.core.environment import Task
from buddylab.core.record import Run, record
from buddylab.explorer import filling, hand
from buddylab.explorer.deck import deck
from buddylab.explorer.knobs import Knobs, flags
from buddylab.explorer.still import World
from buddylab.machines import hardware
from buddylab.view.document import view

MAX_ROUNDS = 6
"""Rounds after which the explorer shows an endless retry as one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a setting of the knobs led to: the run, the document that it is drawn from, and the deck beside it."""

    run: Run
    document: dict[str, Any]
    deck: dict[str, Any]


def recording(knobs: Knobs, by_hand: bool = False) -> Recording:
    """Record the run of these knobs (`checked` ones) on a machine of its own; by_hand: the last thing done by hand.

    Raises SaidError for what cannot be.
    """
    world, run = play(knobs, by_hand)
    shown = view(run, name=hardware.of(knobs["machine"]).name, kind_of=world.kind_of)
    return Recording(run, shown, deck(knobs, run))


def play(knobs: Knobs, by_hand: bool = False) -> tuple[World, Run]:
    """Make these knobs' machine, do what was done by hand, and record the request, or with by_hand its last operation.

    Raises SaidError for an operation that cannot be.
    """

    def prepare(pinned: Sequence[int]) -> World:
        return filling.prepare(knobs["machine"], knobs["pressure"], knobs["scatter"], knobs["mix"], pinned=pinned)

    world, last = hand.play(prepare, knobs["hand"], MAX_ROUNDS)
    if by_hand and last is not None:
        return world, last
    task = Task(**{flag: knobs[flag] for flag in flags()})
    return world, record(world.machine, knobs["gfp_mask"], knobs["order"], task=task, max_rounds=MAX_ROUNDS)
