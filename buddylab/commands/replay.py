"""`buddylab replay FILE...`: play scenario files and compare with what is recorded in them."""

import argparse
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from buddylab.commands.progress import Progress
from buddylab.commands.tell import complain, said_of, say
from buddylab.core.attempt import Livelock
from buddylab.modern import scenario as scenario_6_12
from buddylab.said import NOTHING, Said, as_is, join
from buddylab.scenario import FORMAT, ScenarioError, check, compare, recorded, replay, texts
from buddylab.scenario.schema import document
from buddylab.scenario.schema_6_12 import FORMAT as FORMAT_6_12

EQUAL, DIFFERENT, UNUSABLE, UNRECORDED = (
    Said("equal", "相同"),
    Said("different", "不同"),
    Said("unusable", "不可用"),
    Said("with nothing recorded", "没有记录"),
)
ALL_EQUAL = Said("all equal", "全部相同")
REPLAYED = Said("replayed {done:,} of {total:,} scenarios", "已重放 {done:,} 个场景（共 {total:,} 个）")
NOTHING_RECORDED = Said(
    "{where}: played, but nothing is recorded to compare it with", "{where}：已运行，但没有可以比较的记录"
)
KILLED = Said(
    "a worker process was killed (out of memory?); the rest was not played",
    "一个工作进程被杀死（内存不足？）；其余未运行",
)
DIFFERS = Said(
    "{where}: {place}: {field}: recorded {wished}, played {got}",
    "{where}：{place}：{field}：记录为 {wished}，运行得 {got}",
)
PAYS = 3_000_000
"""Characters of scenarios from which a second process is worth its start."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What replaying one scenario came to: one of the four words above, a sentence unless equal, how many ops."""

    word: Said
    message: Said = NOTHING
    ops: int = 0


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "replay",
        help="play scenario files and compare with what is recorded in them",
        description="Play scenario files, of Linux 2.6.21 or 6.12, and compare with what is recorded in them. "
        "Exit code: 0 all equal, 1 a difference, 2 something cannot be played.",
    )
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a .json, .jsonl or .jsonl.gz file, or the name of a scenario that comes along, such as atomic_failure",
    )
    command.set_defaults(run=run_replay)


def run_replay(arguments: argparse.Namespace) -> int:
    """Replay all files, a sentence for each scenario that is not equal and one line at the end."""
    verdicts: list[Verdict] = []
    work: list[tuple[str, str]] = []
    for file in arguments.files:
        try:
            work += list(texts(file))
        except (ScenarioError, OSError) as error:
            verdicts.append(_tell(Verdict(UNUSABLE, said_of(error))))
    progress = Progress(len(work), REPLAYED)
    for verdict in _verdicts(work):
        progress.clear()
        verdicts.append(_tell(verdict))
        progress.show(len(verdicts))
    progress.clear()
    say(_summary(verdicts))
    words = {verdict.word for verdict in verdicts}
    return 2 if UNUSABLE in words else 1 if DIFFERENT in words else 0


def _tell(verdict: Verdict) -> Verdict:
    """Print its sentence: to stderr if the input is at fault."""
    if verdict.word == UNUSABLE:
        complain(verdict.message)
    elif verdict.message != NOTHING:
        say(verdict.message)
    return verdict


def _summary(verdicts: Sequence[Verdict]) -> Said:
    """`435 scenarios, 195,748 operations: all equal`, or how many of them were what."""
    counts = {
        word: sum(verdict.word == word for verdict in verdicts) for word in (EQUAL, DIFFERENT, UNUSABLE, UNRECORDED)
    }
    ops = sum(verdict.ops for verdict in verdicts)
    played = len(verdicts) - counts[UNUSABLE]
    outcome = join((as_is(f"{count} ").then(word) for word, count in counts.items() if count), ", ")
    return Said("{scenarios}, {operations}: {outcome}", "{scenarios}，{operations}：{outcome}").fill(
        scenarios=Said(_count(played, "scenario"), f"{played:,} 个场景"),
        operations=Said(_count(ops, "operation"), f"{ops:,} 个操作"),
        outcome=ALL_EQUAL if counts[EQUAL] == len(verdicts) else outcome,
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + "s" * (number != 1)


def _verdicts(work: list[tuple[str, str]]) -> Iterator[Verdict]:
    """The verdicts in the order of the work, by several processes where that pays."""
    processes = min(os.cpu_count() or 1, len(work))
    if processes < 2 or sum(len(text) for _, text in work) < PAYS:
        yield from map(judge, work)
        return
    with ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_parent) as pool:
        try:
            yield from pool.map(judge, work)
        except BrokenProcessPool:
            yield Verdict(UNUSABLE, KILLED)
        finally:
            pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def judge(work: tuple[str, str]) -> Verdict:
    """Parse, check, play and compare one scenario: (place, text)."""
    where, text = work
    try:
        scenario = document(text, where)
        modern = format_of(scenario, where) == FORMAT_6_12
        scenario = (scenario_6_12.check if modern else check)(scenario, where)
    except ScenarioError as error:
        return Verdict(UNUSABLE, said_of(error))
    where += f" ({scenario['name']})" if isinstance(scenario.get("name"), str) else ""
    try:
        outcome = (scenario_6_12.replay if modern else replay)(scenario)
        difference, ops = compare(scenario, outcome), len(outcome["ops"])
    except (ScenarioError, Livelock) as error:
        notes = map(as_is, (where, *getattr(error, "__notes__", ())))
        return Verdict(UNUSABLE, join([*notes, said_of(error)], ": "))
    if not any(fields for _, fields in recorded(scenario)):
        return Verdict(UNRECORDED, NOTHING_RECORDED.fill(where=where), ops)
    if difference is None:
        return Verdict(EQUAL, NOTHING, ops)
    place, field, wished, got = difference
    said = DIFFERS.fill(where=where, place=place, field=field, wished=_short(wished), got=_short(got))
    return Verdict(DIFFERENT, said, ops)


def format_of(scenario: Any, where: str) -> str:
    """Which of the two formats a scenario says that it has. Raises ScenarioError for neither."""
    given = scenario.get("format", "missing") if isinstance(scenario, dict) else type(scenario).__name__
    if given not in (FORMAT, FORMAT_6_12):
        raise ScenarioError(
            f'{where}: "format" must be {FORMAT!r} (Linux 2.6.21) or {FORMAT_6_12!r} (Linux 6.12), not {given!r:.80}'
        )
    return str(given)


def _short(value: object) -> str:
    """At most 200 characters of a value."""
    text = "null" if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text):,} characters)"
