"""`buddylab run SCENARIO`: play a scenario's allocations and take them along as a page, a picture, a film or text."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any

from buddylab import export
from buddylab.commands.progress import Progress
from buddylab.commands.replay import format_of
from buddylab.commands.tell import complain, say, written
from buddylab.core.attempt import Livelock
from buddylab.explorer import share
from buddylab.modern import scenario as scenario_6_12
from buddylab.said import Said
from buddylab.scenario import ScenarioError, check, texts
from buddylab.scenario.schema import document
from buddylab.scenario.schema_6_12 import FORMAT as FORMAT_6_12

KINDS = {
    "html": "the explorer on the recorded runs, one file that works from disk",
    "png": "a picture of one step",
    "svg": "the same as SVG, for browsers",
    "gif": "the run as a film",
    "mp4": "the run as a film (needs ffmpeg)",
    "text": "a transcript",
    "markdown": "a transcript as Markdown",
}
DRAWN = Said("drawn {done} of {total} %", "已绘制 {done} %（共 {total} %）")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "run",
        help="play a scenario and take it along: page, picture, film, transcript",
        description="Play a scenario's allocations and write what is asked for; without any output the transcript is "
        "printed. Exit code: 0 well, 2 something cannot be played or written.",
        epilog="Example: buddylab run atomic_failure --html run.html",
    )
    command.add_argument(
        "scenario",
        metavar="SCENARIO",
        help="a scenario file (FORMAT.md), the name of "
        "one that comes along (atomic_failure; any other word lists them), - for standard input, "
        f"or a setting of the explorer's knobs as a text: '{share.PREFIX} order=3 ...'",
    )
    command.add_argument(
        "--op",
        type=int,
        action="append",
        default=[],
        metavar="N",
        help="only this operation, from 0 (repeatable; pictures show the last)",
    )
    for kind, what in KINDS.items():
        command.add_argument(f"--{kind}", metavar="OUT", help=what)
    command.add_argument("--lang", choices=["en", "zh"], default="en", help="language of captions and texts")
    command.add_argument("--theme", choices=["auto", "light", "dark"], default="auto")
    command.add_argument(
        "--step", type=_step, metavar="N", help="the step that a page opens at, from 1 (default: the test that decided)"
    )
    command.add_argument(
        "--size",
        type=_size,
        default=export.SLIDE,
        metavar="WxH",
        help="of pictures and films, in pixels: 1280x720 (default), 1920x1080",
    )
    command.add_argument("--scale", type=int, choices=[1, 2, 3], default=1, help="of a PNG: 2 for print")
    command.add_argument("--force", action="store_true", help="overwrite files that exist")
    command.set_defaults(run=run_run)


def _step(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no step: they are counted from 1")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{2,3})x([1-9]\d{2,3})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write width x height in pixels, such as 1280x720")
    return int(found[1]), int(found[2])


def run_run(arguments: argparse.Namespace) -> int:
    """Record, then write one output after the other; 2 with one sentence for what cannot be."""
    wanted = {kind: getattr(arguments, kind) for kind in KINDS if getattr(arguments, kind)}
    try:
        for out in wanted.values():
            export.check(out, arguments.force)
        runs = _runs(arguments.scenario, arguments.op)
        if not wanted:
            print(export.to_text(runs, arguments.lang), end="")
        for kind, out in wanted.items():
            _write(kind, runs, out, arguments)
            say(written(out), arguments.lang)
    except (ScenarioError, OSError, ValueError, Livelock) as error:
        return complain(error, arguments.lang)
    return 0


def _runs(source: str, ops: Sequence[int]) -> list[export.Take]:
    if source.lstrip("`'\" ").startswith((share.PREFIX, share.EARLIER)):
        return [export.knobs_take(share.parse(source).knobs)]
    found = [("standard input", sys.stdin.read())] if source == "-" else list(texts(source))
    if len(found) != 1:
        raise ScenarioError(f"{source} holds {len(found):,} scenarios: give a file with one")
    where, text = found[0]
    scenario = document(text, where)
    if format_of(scenario, where) == FORMAT_6_12:
        scenario_6_12.check(scenario, where)
        raise ScenarioError(
            f"{where}: this scenario is one of Linux 6.12, whose runs are played and compared (buddylab replay), but "
            "cannot be shown yet: pictures, pages and transcripts tell 2.6.21's"
        )
    return export.scenario_takes(check(scenario, where), ops)


def _write(kind: str, runs: list[export.Take], out: str, arguments: argparse.Namespace) -> None:
    lang, force, step = arguments.lang, arguments.force, arguments.step
    if kind in ("text", "markdown"):
        export.save(out, (export.to_text if kind == "text" else export.to_markdown)(runs, lang), force)
    elif kind == "html":
        index = -1 if step is None else step - 1
        export.to_html(runs, out, lang=lang, theme=arguments.theme, index=index, overwrite=force)
    else:
        _draw(kind, runs, out, arguments)


def _draw(kind: str, runs: list[export.Take], out: str, arguments: argparse.Namespace) -> None:
    theme = "light" if arguments.theme == "auto" else arguments.theme
    look: dict[str, Any] = {
        "lang": arguments.lang,
        "theme": theme,
        "size": arguments.size,
        "overwrite": arguments.force,
    }
    if kind == "png":
        export.to_png(runs, out, step=arguments.step, scale=arguments.scale, **look)
    elif kind == "svg":
        export.to_svg(runs, out, step=arguments.step, **look)
    else:
        progress = Progress(100, DRAWN, arguments.lang)
        try:
            film = export.to_gif if kind == "gif" else export.to_mp4
            film(runs, out, progress=lambda share: progress.show(int(100 * share)), **look)
        finally:
            progress.clear()
