"""The command line: `buddylab` and `python -m buddylab` are the same. Each subcommand is a module of `commands`."""

import argparse
import os
import sys
from collections.abc import Sequence

from buddylab import __version__
from buddylab.commands import COMMANDS

INTERRUPTED, BROKEN_PIPE = 130, 141
"""Exit codes by the shell's custom: 128 and the signal's number."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("buddylab: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to be said, not even by the flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="buddylab", description="The page allocator of Linux 2.6.21, to look at.")
    parser.add_argument("--version", action="version", version=f"buddylab {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
