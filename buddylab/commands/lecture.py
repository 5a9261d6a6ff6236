"""`buddylab lecture OUT`: one page on which the knobs answer without Python."""

import argparse

from buddylab import export
from buddylab.commands.progress import Progress
from buddylab.commands.tell import complain, say, written
from buddylab.said import Said

RECORDED = Said("recorded {done} of {total} %", "已录制 {done} %（共 {total} %）")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "lecture",
        help="one page for a lecture, whose knobs answer without Python",
        description="Record all presets with all orders, levels of free memory and kinds of caller on one machine "
        "(two minutes), and write them as one HTML file that works from disk.",
    )
    command.add_argument("out", metavar="OUT", help="the HTML file")
    command.add_argument("--machine", default="report", help="the machine: report (default), small, tiny, ...")
    command.add_argument("--mix", default="desktop", help="what the used memory is made of (default: desktop)")
    command.add_argument(
        "--levels",
        type=int,
        nargs="+",
        metavar="N",
        help="positions of free memory on its track, 0 to 1000 (default: at the marks)",
    )
    command.add_argument("--title")
    command.add_argument("--lang", choices=["en", "zh"], default="en")
    command.add_argument("--theme", choices=["auto", "light", "dark"], default="auto")
    command.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    command.set_defaults(run=run_lecture)


def run_lecture(arguments: argparse.Namespace) -> int:
    """Record and write; 2 with one sentence for what cannot be."""
    progress = Progress(100, RECORDED, arguments.lang)
    try:
        export.lecture_page(
            arguments.out,
            machine=arguments.machine,
            mix=arguments.mix,
            levels=arguments.levels,
            title=arguments.title,
            lang=arguments.lang,
            theme=arguments.theme,
            overwrite=arguments.force,
            progress=lambda share: progress.show(int(100 * share)),
        )
    except (OSError, ValueError) as error:
        progress.clear()
        return complain(error, arguments.lang)
    progress.clear()
    say(written(arguments.out), arguments.lang)
    return 0
