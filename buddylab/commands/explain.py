"""`buddylab explain FILE...`: which test refused the request of a report, and what would have let it pass.

Exit code: 0 every report explained, 1 at least one as "would have passed", 2 a file cannot be used: it is not there,
or there is no report in it. A report that gets figures and no verdict counts as explained.
"""

import argparse
import json
import sys
from pathlib import Path

from buddylab import reports
from buddylab.export import ExportError, save
from buddylab.reports.tell import LANGS, as_html, as_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "explain",
        help="explain page allocation failure and OOM reports",
        description="Read failure reports from files or standard input and say which watermark test refused each. "
        "Everything stays on this machine. Exit code: 0 all explained as refused, or with figures and no verdict; 1 at "
        "least one explained as 'would have passed'; 2 unusable input.",
    )
    command.add_argument("files", nargs="*", metavar="FILE", help="a log or a report; - or none for standard input")
    command.add_argument("--kernel", metavar="RELEASE", help="the release that printed it, such as 2.6.21")
    command.add_argument("--json", action="store_true", help="print JSON instead of text")
    command.add_argument("--html", metavar="OUT", help="write one HTML file instead")
    command.add_argument("--lang", choices=LANGS, default="en", help="of the text, and the page's first (default en)")
    command.add_argument("--force", action="store_true", help="overwrite OUT if it exists")
    command.set_defaults(run=run_explain)


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain what can be read, in the form asked for."""
    try:
        found = _read(arguments.files, arguments.kernel)
    except OSError as error:
        print(f"buddylab: {error.filename or 'standard input'}: {error.strerror or error}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"buddylab: {error}", file=sys.stderr)
        return 2
    told = [reports.explain(report) for report in found]
    if arguments.html:
        try:
            save(Path(arguments.html), as_html(told, arguments.lang), arguments.force)
        except ExportError as error:
            print(f"buddylab: {error}", file=sys.stderr)
            return 2
    elif arguments.json:
        print(json.dumps({"reports": [reports.as_dict(one) for one in told]}, ensure_ascii=False, indent=1))
    else:
        print("\n\n".join(as_text(one, arguments.lang) for one in told))
    return int(any(one.verdict.passes for one in told))


def _read(files: list[str], kernel: str | None) -> list[reports.Report]:
    """All reports of all files. Raises ValueError for a file without any, OSError for one that cannot be read."""
    if not files and sys.stdin.isatty():
        print("Paste a report, then end with Ctrl-D. Everything stays on this machine.", file=sys.stderr)
    found = []
    for name in files or ["-"]:
        text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        in_file = reports.parse(text, kernel)
        if not in_file:
            where = "standard input" if name == "-" else name
            raise ValueError(
                f"there is no report in this text ({where}): it needs a line such as 'page allocation "
                "failure. order:3, mode:0x20' or 'oom-killer:', or zones with their figures"
            )
        found += in_file
    return found
