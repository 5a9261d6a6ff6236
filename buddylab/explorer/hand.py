"""The allocator driven by hand: blocks freed and allocated one after the other, on a prepared machine.

An operation is a list: ["free", pfn] frees the block that holds this page, ["alloc", order, gfp_mask, who] makes a
request (who: names of the task's flags with commas, "" for an ordinary task). What is freed by hand is taken from
whoever had it before anything happens, so that no reclaim can free it too: a MODEL's liberty.
"""

from collections.abc import Callable, Sequence
from typing import Any

from buddylab.core.environment import Task
from buddylab.core.machine import Machine
from buddylab.core.record import Run, record, record_free
from buddylab.core.zone import MAX_ORDER, BadPage
from buddylab.explorer.still import World
from buddylab.said import SaidError

Operation = list[Any]
MOST = 200
"""Operations that are kept."""


def checked_hand(value: Any, flags: Sequence[str]) -> list[Operation]:
    """The operations, if they are well formed. Raises SaidError with what is allowed."""
    good = isinstance(value, (list, tuple)) and len(value) <= MOST and all(_well_formed(one, flags) for one in value)
    if not good:
        raise SaidError(
            f'hand is a list of at most {MOST} operations, ["free", pfn] or '
            f'["alloc", order, gfp_mask, who], not {str(value)[:80]}',
            f'hand 是最多 {MOST} 个操作的列表：["free", pfn] 或 ["alloc", order, gfp_mask, who]，'
            f"不能是 {str(value)[:80]}",
        )
    return [list(one) for one in value]


def _well_formed(one: Any, flags: Sequence[str]) -> bool:
    if not isinstance(one, (list, tuple)):
        return False
    if len(one) == 2 and one[0] == "free":
        return type(one[1]) is int and one[1] >= 0
    if len(one) != 4 or one[0] != "alloc" or not isinstance(one[3], str):
        return False
    known = all(flag in flags for flag in one[3].split(",") if flag)
    return known and type(one[1]) is int and 0 <= one[1] < MAX_ORDER and type(one[2]) is int and 0 <= one[2] < 1 << 32


def block_of(machine: Machine, pfn: int) -> tuple[int, int]:
    """First pfn and order of the block in use that holds this page. Raises SaidError for a page that nobody has."""
    for order in range(MAX_ORDER):
        head = pfn >> order << order
        if head in machine.owner and machine.owner[head] & 15 >= order:
            return head, machine.owner[head] & 15
    raise SaidError(
        f"pfn {pfn} is not in use, so it cannot be freed: choose a used page",
        f"pfn {pfn} 未被使用，无法释放：请选一个已用的页",
    )


def play(
    prepare: Callable[[tuple[int, ...]], World], hand: Sequence[Operation], max_rounds: int
) -> tuple[World, Run | None]:
    """The world after these operations, and the recorded run of the last one (None if there are none).

    prepare: gives a fresh world in which these pages (first pfns of blocks) are nobody's to reclaim. What an operation
    was given belongs to the hand already; a block of somebody else's that is freed later is found on the way, and the
    operations begin anew without it.
    """
    first_alloc = next((place for place, (kind, *_) in enumerate(hand) if kind == "alloc"), len(hand))
    pinned = {pfn for _, pfn in hand[:first_alloc]}
    while True:
        world, run = prepare(tuple(sorted(pinned))), None
        given: set[int] = set()
        for operation in hand:
            if operation[0] == "alloc":
                run = _alloc(world, operation, max_rounds)
                if run.page is not None:
                    given.add(run.page)
                continue
            head, order = block_of(world.machine, operation[1])
            if pinned.isdisjoint(range(head, head + (1 << order))) and head not in given:
                pinned.add(head)
                break
            given.discard(head)
            run = _free(world, head, order)
        else:
            return world, run


def _free(world: World, head: int, order: int) -> Run:
    try:
        return record_free(world.machine, head, order)
    except BadPage as error:
        raise SaidError(str(error), f"pfn {head} 无法释放：{error}") from error


def _alloc(world: World, operation: Operation, max_rounds: int) -> Run:
    _, order, gfp_mask, who = operation
    task = Task()
    for flag in filter(None, who.split(",")):
        setattr(task, flag, True)
    return record(world.machine, gfp_mask, order, task=task, max_rounds=max_rounds)
