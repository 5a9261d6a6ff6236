"""`buddylab here`: what a request would meet on the running machine right now, from /proc."""

import argparse
import sys

from buddylab import reports
from buddylab.reports.masks import tables_for
from buddylab.reports.release import era
from buddylab.reports.tell import LANGS, now_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "here", help="put a request to the running machine's figures",
        description="Read /proc/buddyinfo and /proc/zoneinfo of the running machine (pagetypeinfo too, where it may be "
        "read) and say what a request would meet now. Nothing is sent anywhere. Exit code: 0 answered, 1 it would be "
        "refused, 2 the files cannot be read.")  # fmt: skip
    command.add_argument("--order", type=int, default=0, help="of the request (default 0)")
    command.add_argument("--mask", default="GFP_KERNEL", help="in hex, decimal or names (default GFP_KERNEL)")
    command.add_argument("--lang", choices=LANGS, default="en", help="of the answer (default en)")
    command.add_argument("--proc", default="/proc", help=argparse.SUPPRESS)
    command.set_defaults(run=run_here)


def run_here(arguments: argparse.Namespace) -> int:
    """Print the verdict for this machine."""
    try:
        found = reports.parse(reports.read_proc(arguments.proc))
        if not found:
            raise ValueError(f"no zone could be read from {arguments.proc}")
        told = reports.explain(found[-1], arguments.order, _mask(arguments.mask, found[-1]))
    except OSError as error:
        print(f"buddylab: cannot read {error.filename}: {error.strerror}. `here` asks the running Linux kernel; where "
              "there is none, or it hides its /proc, give a report to `buddylab explain`", file=sys.stderr)  # fmt: skip
        return 2
    except ValueError as error:
        print(f"buddylab: {error}", file=sys.stderr)
        return 2
    print(now_text(told, arguments.order, arguments.lang))
    return int(told.verdict.passes is False)


def _mask(text: str, report: reports.Report) -> int:
    """A number, or names as this machine's kernel gives them to its bits. Raises ValueError."""
    try:
        return int(text, 0)
    except ValueError:
        table = tables_for(*era(report.release, report.features))[-1]
    named = table.composed() | {f"__GFP_{name}": bit for name, bit in table.bits.items()}
    mask = 0
    for word in filter(None, (part.strip() for part in text.split("|"))):
        if word not in named:
            raise ValueError(f"{word!r} is no name of a mask in Linux {report.kernel or table.last}: there are "
                             f"{', '.join(sorted(named))}")  # fmt: skip
        mask |= named[word]
    return mask
