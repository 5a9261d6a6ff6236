"""`buddylab here`: what a request would meet on the running machine right now, from /proc."""

import argparse
import sys

from buddylab import reports
from buddylab.core.zone import MAX_ORDER
from buddylab.reports.masks import mask_of, table_of
from buddylab.reports.release import era
from buddylab.reports.tell import LANGS, now_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "here",
        help="put a request to the running machine's figures",
        description="Read /proc/buddyinfo and /proc/zoneinfo of the running machine (pagetypeinfo too, where it may be "
        "read) and say what a request would meet now. Nothing is sent anywhere. Exit code: 0 answered, 1 it would be "
        "refused, 2 the files cannot be read.",
    )
    command.add_argument(
        "--order",
        type=int,
        default=0,
        help="of the request: as many orders as /proc/buddyinfo has columns, mostly 0 to 10 (default 0)",
    )
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
        table = table_of(era(found[-1].release, found[-1].features)[1])
        _check_order(arguments.order, found[-1])
        told = reports.explain(found[-1], arguments.order, mask_of(arguments.mask, table))
    except OSError as error:
        print(
            f"buddylab: cannot read {error.filename}: {error.strerror}. `here` asks the running Linux kernel; where "
            "there is none, or it hides its /proc, give a report to `buddylab explain`",
            file=sys.stderr,
        )
        return 2
    except ValueError as error:
        print(f"buddylab: {error}", file=sys.stderr)
        return 2
    print(now_text(told, arguments.order, arguments.lang))
    return int(told.verdict.passes is False)


def _check_order(order: int, report: reports.Report) -> None:
    """Raises ValueError for an order that this machine's free lists do not have."""
    most = max((len(zone.buddy.counts) for zone in report.zones if zone.buddy), default=MAX_ORDER) - 1
    if not 0 <= order <= most:
        raise ValueError(f"this machine's orders are 0 to {most}, not {order}")
