"""`buddylab here`: what a request would meet on the running machine right now, from /proc; short enough for `watch`."""

import argparse

from buddylab import reports
from buddylab.commands.tell import complain, say
from buddylab.reports.as_text import figure_lines, zone_lines
from buddylab.reports.ask import ask
from buddylab.reports.monitor import monitor
from buddylab.said import LANGS, Said, SaidError, join

NO_PROC = Said(
    "cannot read {name}: {reason}. `here` asks the running Linux kernel; where there is none, or it hides its /proc, "
    "give a report to `buddylab explain`",
    "无法读取 {name}：{reason}。`here` 询问正在运行的 Linux 内核；没有内核，或它隐藏了 /proc 时，"
    "请把报告交给 `buddylab explain`",
)


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "here",
        help="put a request to the running machine's figures",
        description="Read /proc/buddyinfo and /proc/zoneinfo of the running machine (pagetypeinfo too, where it may be "
        "read) and say what a request would meet now, and for each zone the largest free order and how far each mark "
        "is: `watch buddylab here` is a monitor. Nothing is sent anywhere. Exit code: 0 answered, 1 it would be "
        "refused, 2 the files cannot be read.",
    )
    command.add_argument(
        "--order",
        type=int,
        default=0,
        help="of the request: as many orders as /proc/buddyinfo has columns, mostly 0 to 10 (default 0)",
    )
    command.add_argument("--mask", default="GFP_KERNEL", help="in hex, decimal or names (default GFP_KERNEL)")
    command.add_argument("--rows", action="store_true", help="show every row of the test, too")
    command.add_argument("--lang", choices=LANGS, default="en", help="of the answer (default en)")
    command.add_argument("--proc", default="/proc", help=argparse.SUPPRESS)
    command.set_defaults(run=run_here)


def run_here(arguments: argparse.Namespace) -> int:
    """Print the verdict for this machine."""
    try:
        found = reports.parse(reports.read_proc(arguments.proc))
        if not found:
            raise SaidError(f"no zone could be read from {arguments.proc}", f"从 {arguments.proc} 没有读到任何内存区")
        told = ask(found[-1], arguments.order, arguments.mask)
    except OSError as error:
        return complain(NO_PROC.fill(name=error.filename, reason=error.strerror), arguments.lang)
    except ValueError as error:
        return complain(error, arguments.lang)
    lines = [*monitor(told)]
    if arguments.rows or not told.tests:
        lines += zone_lines(told) if told.tests else figure_lines(told)
    say(join(lines, "\n"), arguments.lang)
    return int(told.verdict.passes is False)
