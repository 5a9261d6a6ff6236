"""What can be exported: recorded runs, each with a title, the document that it is drawn from, and its deck."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from buddylab.core.attempt import Livelock
from buddylab.core.gfp import gfp_str
from buddylab.core.record import Run
from buddylab.explorer.deck import request_deck
from buddylab.explorer.knobs import Knobs
from buddylab.explorer.recording import recording
from buddylab.printable import printable
from buddylab.said import Said, SaidError, as_is
from buddylab.scenario import Json, build_machine
from buddylab.scenario.script import ScriptedWorld
from buddylab.target import ExportError
from buddylab.view.document import view


class Shown(Protocol):
    """A run that is on a screen already: an Explorer."""

    document: Any
    deck: Any


@dataclass(frozen=True, slots=True)
class Take:
    """One run to export."""

    title: Said
    document: dict[str, Any]
    deck: dict[str, Any]


Source = Run | Shown | Take | Sequence[Run | Shown | Take]
"""A run, or several of them to choose from."""


def takes(source: Source) -> list[Take]:
    """The runs of a source. Raises ValueError if there is none."""
    several = source if isinstance(source, Iterable) else [source]
    found = [_take(one) for one in several]
    if not found:
        raise SaidError("there is no run to export", "没有可导出的运行")
    return found


def _take(one: Run | Shown | Take) -> Take:
    if isinstance(one, Take):
        return one
    if isinstance(one, Run):
        return Take(_title(gfp_str(one.gfp_mask), one.order), view(one), request_deck(one))
    if not hasattr(one, "document"):
        raise SaidError(
            f"a Run of Linux 2.6.21 or an Explorer is taken along, not {one!r:.60}",
            f"可以带走的是 Linux 2.6.21 的 Run 或 Explorer，不能是 {one!r:.60}",
        )
    request = one.document["request"]
    return Take(_title(request["names"], request["order"]), one.document, one.deck)


def _title(mask: str, order: int, op: str = "") -> Said:
    return Said(f"{op}{mask}, order {order}", f"{op}{mask}，{order} 阶")


def scenario_takes(scenario: Json, ops: Sequence[int] = ()) -> list[Take]:
    """Record the allocations of a checked scenario, or only those with these places among its operations, from 0.

    Raises ExportError for a place that holds no allocation, for a scenario without any, and for a file that cannot be
    played.
    """
    places = [place for place, op in enumerate(scenario["ops"]) if op["op"] == "alloc" and op["order"] <= 10]
    wrong = [place for place in ops if place not in places]
    if not places:
        raise ExportError(
            "this scenario asks for no memory: it has no alloc operation of order 0 to 10",
            "这个场景没有申请内存：其中没有 0 到 10 阶的 alloc 操作",
        )
    if wrong:
        choice = _spell(places)
        raise ExportError(
            f"op {wrong[0]} is no allocation that can be shown: choose {choice.en}",
            f"操作 {wrong[0]} 不是可以展示的分配：请选 {choice.zh}",
        )
    world, found = ScriptedWorld(build_machine(scenario)), []
    name = printable(" ".join(str(scenario.get("name") or "scenario").split()))
    for place, op in enumerate(scenario["ops"][: max(ops or places) + 1]):
        if place not in (ops or places):
            _pass(world, op, place)
            continue
        run = world.record(op)
        title = _title(gfp_str(run.gfp_mask), run.order, f"op {place}: ")
        found.append(Take(title, view(run, name=as_is(name)), request_deck(run)))
    return found


def knobs_take(knobs: Knobs) -> Take:
    """Record what these knobs (`checked` ones) lead to."""
    recorded = recording(knobs)
    return Take(_title(gfp_str(recorded.run.gfp_mask), recorded.run.order), recorded.document, recorded.deck)


def _pass(world: ScriptedWorld, op: Json, place: int) -> None:
    try:
        world.play(op)
    except Livelock as error:
        raise ExportError(
            f"op {place} never ends, so what follows it cannot be shown: {error}",
            f"操作 {place} 永不结束，其后的内容无法展示：{error}",
        ) from error


def _spell(places: Sequence[int]) -> Said:
    """`0, 2, 5 or 7`; of many only the first and the last."""
    words = list(map(str, places))
    if len(words) > 12:
        first, last = words[0], words[-1]
        return Said(
            f"one of the {len(words):,} from {first} to {last}", f"从 {first} 到 {last} 的 {len(words):,} 个之一"
        )
    return Said(*(said.join(filter(None, (", ".join(words[:-1]), words[-1]))) for said in (" or ", " 或 ")))
