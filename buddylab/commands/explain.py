"""`buddylab explain FILE...`: why a request was refused, which test refused it, and what would have let it pass.

Exit code: 0 every report explained, 1 at least one as "would have passed", 2 a file cannot be used: it is not there,
or there is no report in it. A report that gets figures and no verdict counts as explained. With several reports, in one
file or in many, 1 stands for all of them if one would have passed; one unusable file makes it 2 for all.
"""

import argparse
import json
import sys
from pathlib import Path

from buddylab import reports
from buddylab.commands.tell import complain
from buddylab.export import save
from buddylab.printable import printable_lines
from buddylab.reports.as_html import as_html
from buddylab.reports.as_text import as_text
from buddylab.reports.ask import ask
from buddylab.said import LANGS, Lang, Said, SaidError, as_is

PASTE = Said(
    "Paste a report, then end with Ctrl-D. Everything stays on this machine.",
    "粘贴报告，然后按 Ctrl-D 结束。一切都留在本机。",
)
STANDARD_INPUT = Said("standard input", "标准输入")
NO_REPORT = Said(
    "there is no report in this text ({where}): it needs a line such as 'page allocation failure. order:3, mode:0x20' "
    "or 'oom-killer:', or zones with their figures",
    "文本中没有报告（{where}）：需要有“page allocation failure. order:3, mode:0x20”或“oom-killer:”之类的行，"
    "或各区的数字",
)


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "explain",
        help="explain page allocation failure and OOM reports",
        description="Read failure reports from files or standard input, in any log's form, and say the cause, which "
        "watermark test refused each, and what would have helped. With --order or --mask: put that request to the "
        "figures (buddyinfo, zoneinfo, pagetypeinfo, SysRq-m, or a report's). Everything stays on this machine. Exit "
        "code: 0 all explained as refused, or with figures and no verdict; 1 at least one report, of however many, "
        "explained as 'would have passed'; 2 unusable input.",
    )
    command.add_argument("files", nargs="*", metavar="FILE", help="a log or a report; - or none for standard input")
    command.add_argument("--order", type=int, help="ask for this order instead of the report's own")
    command.add_argument("--mask", help="ask with this mask, in names, hex or decimal (default GFP_KERNEL)")
    command.add_argument("--kernel", metavar="RELEASE", help="the release that printed it, such as 2.6.21")
    command.add_argument(
        "--json", action="store_true", help="print JSON instead of text (buddylab/reports/schema.json)"
    )
    command.add_argument("--html", metavar="OUT", help="write one HTML file instead")
    command.add_argument("--lang", choices=LANGS, default="en", help="of the text, and the page's first (default en)")
    command.add_argument("--force", action="store_true", help="overwrite OUT if it exists")
    command.set_defaults(run=run_explain)


def run_explain(arguments: argparse.Namespace) -> int:
    """Explain what can be read, in the form asked for."""
    try:
        told = _explained(arguments)
        if arguments.html:
            save(Path(arguments.html), as_html(told, arguments.lang), arguments.force)
    except (OSError, ValueError) as error:
        return complain(error, arguments.lang)
    if arguments.json:
        print(json.dumps(reports.document(told), ensure_ascii=False, indent=1))
    elif not arguments.html:
        print(printable_lines("\n\n".join(as_text(one, arguments.lang) for one in told)))
    return int(any(one.verdict.passes for one in told))


def _explained(arguments: argparse.Namespace) -> list[reports.Explanation]:
    """Every report of all files, with its own request or the one that is asked for."""
    found = _read(arguments.files, arguments.kernel, arguments.lang)
    if arguments.order is None and arguments.mask is None:
        return [reports.explain(report) for report in found]
    return [ask(report, arguments.order, arguments.mask) for report in found]


def _read(files: list[str], kernel: str | None, lang: Lang) -> list[reports.Report]:
    """All reports of all files. Raises ValueError for a file without any, OSError for one that cannot be read."""
    if not files and sys.stdin.isatty():
        print(PASTE.in_lang(lang), file=sys.stderr)
    found = []
    for name in files or ["-"]:
        text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        in_file = reports.parse(text, kernel)
        if not in_file:
            where = STANDARD_INPUT if name == "-" else as_is(name)
            raise SaidError(*NO_REPORT.fill(where=where))
        found += in_file
    return found
