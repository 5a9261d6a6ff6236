"""How a command speaks: in the language asked for, and harmless to the terminal, whatever names it was given."""

import sys
from pathlib import Path

from buddylab.printable import printable, printable_lines
from buddylab.said import Lang, Said, as_is

THE_OUTPUT = Said("the output", "输出")


def say(said: Said, lang: Lang = "en") -> None:
    """Print an answer, of one line or several."""
    print(printable_lines(said.in_lang(lang)))


def complain(what: Said | Exception, lang: Lang = "en") -> int:
    """Print on stderr why something cannot be, as one line; returns the exit code for bad input."""
    said = what if isinstance(what, Said) else said_of(what)
    print(f"buddylab: {printable(said.in_lang(lang))}", file=sys.stderr)
    return 2


def said_of(error: Exception) -> Said:
    """An error's sentence: in both languages where it has them, a file's name and reason where the system complains."""
    said = getattr(error, "said", None)
    if isinstance(said, Said):
        return said
    if isinstance(error, OSError):
        name = THE_OUTPUT if error.filename is None else as_is(str(error.filename))
        return name.then(as_is(str(error.strerror or error)), sep=": ")
    return as_is(str(error))


def written(path: str) -> Said:
    """That a file has been written, and its size."""
    size = Path(path).stat().st_size
    return Said(f"{path}: {size:,} bytes", f"{path}：{size:,} 字节")
