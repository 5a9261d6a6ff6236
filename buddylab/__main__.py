"""The command line: `buddylab` and `python -m buddylab` are the same. Each subcommand is a module of `commands`."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from buddylab import __version__
from buddylab.commands import COMMANDS
from buddylab.commands.tell import complain
from buddylab.printable import printable
from buddylab.said import Lang, Said

INTERRUPTED, BROKEN_PIPE = 130, 141
"""Exit codes by the shell's custom: 128 and the signal's number."""
INTERRUPT = Said("interrupted", "已中断")
ABOUT = """\
The page allocator of Linux 2.6.21, exact, step by step: why a request was refused although
memory is free, at which stage, and what would have let it pass.
"""
EXAMPLES = """\
examples:
  dmesg | buddylab explain -            why the kernel printed "page allocation failure"
  buddylab here --order 3 --mask GFP_ATOMIC
                                        would such a request pass on this machine now?
  buddylab gfp 0x20 GFP_NOFS            what the bits of a mask say, and back
  buddylab run atomic_failure --html run.html
                                        a recorded run as one page that plays from disk
  buddylab lecture lecture.html         a page for a lecture whose knobs answer without Python
  buddylab replay atomic_failure        is this still what the kernel did?

exit codes: 0 all well; 1 a finding (refused, or a difference); 2 bad input.
`buddylab COMMAND --help` says more. In a notebook: from buddylab.widgets import Explorer; Explorer()
"""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints hand no control character of an argument on to the terminal."""

    def error(self, message: str) -> NoReturn:
        """Print how the command is used and what is wrong, and exit with 2."""
        super().error(printable(message))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns its exit code."""
    arguments = _parser().parse_args(argv)
    lang: Lang = getattr(arguments, "lang", "en")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is written as \u4e2d
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        complain(INTERRUPT, lang)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to be said, not even by the flush at exit.
        _say_no_more()
        return BROKEN_PIPE
    except OSError as error:
        complain(error, lang)
        _say_no_more()
        return 2


def _say_no_more() -> None:
    """Let the flush at exit, too, go where nothing can go wrong."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        prog="buddylab", description=ABOUT, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"buddylab {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
