"""`buddylab explain FILE...`: which test refused the request of a report, and what would have let it pass.

Exit code: 0 every report explained, 1 at least one as "would have passed", 2 no report could be read.
"""

import argparse
import json
import sys
from pathlib import Path

from buddylab import reports
from buddylab.export import ExportError, save
from buddylab.reports.tell import as_html, as_text


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "explain", help="explain page allocation failure and OOM reports",
        description="Read failure reports from files or standard input and say which watermark test refused each. "
        "Everything stays on this machine. Exit code: 0 explained, 1 explained as 'would have passed', 2 unusable "
        "input.")  # fmt: skip
    command.add_argument("files", nargs="*", metavar="FILE", help="a log or a report; without any, standard input")
    command.add_argument("--kernel", metavar="RELEASE", help="the release that printed it, such as 2.6.21")
    command.add_argument("--json", action="store_true", help="print JSON instead of text")
    command.add_argument("--html", metavar="OUT", help="write one HTML file instead")
    command.add_argument("--force", action="store_true", help="overwrite OUT if it exists")
    command.set_defaults(run=run_explain)


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain what can be read, in the form asked for."""
    try:
        found = _read(arguments.files, arguments.kernel)
    except (OSError, ValueError) as error:
        print(f"buddylab: {error}", file=sys.stderr)
        return 2
    if not found:
        print("buddylab: there is no report in this text: it needs a line such as 'page allocation failure. order:3, "
              "mode:0x20' or 'oom-killer:', or zones with their figures", file=sys.stderr)  # fmt: skip
        return 2
    told = [reports.explain(report) for report in found]
    if arguments.html:
        try:
            save(Path(arguments.html), as_html(told), arguments.force)
        except ExportError as error:
            print(f"buddylab: {error}", file=sys.stderr)
            return 2
    elif arguments.json:
        print(json.dumps({"reports": [reports.as_dict(one) for one in told]}, ensure_ascii=False, indent=1))
    else:
        print("\n\n".join(map(as_text, told)))
    return int(any(one.verdict.passes for one in told))


def _read(files: list[str], kernel: str | None) -> list[reports.Report]:
    texts = [Path(file).read_bytes() for file in files] if files else [sys.stdin.buffer.read()]
    return [report for text in texts for report in reports.parse(text, kernel)]
