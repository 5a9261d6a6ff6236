"""A text of others in whichever form it is at hand: the text itself, a path, or an open file."""

from os import PathLike
from pathlib import Path
from typing import IO

from buddylab.said import SaidError

Source = str | bytes | PathLike[str] | IO[str] | IO[bytes]
"""A text (str or bytes), a path, or an open file."""
LONGEST_PATH = 1024


def content(source: Source) -> str | bytes:
    """The text. A str of one line that names a file is its path, every other str the text itself.

    Raises SaidError for what is none of these, OSError for a file that cannot be read.
    """
    if isinstance(source, bytes):
        return source
    if isinstance(source, str):
        return Path(source).read_bytes() if names_a_file(source) else source
    if isinstance(source, PathLike):
        return Path(source).read_bytes()
    if not hasattr(source, "read"):
        raise SaidError(
            f"a report is a text, a path or an open file, not {source!r:.60}",
            f"报告须为文本、路径或已打开的文件，不能是 {source!r:.60}",
        )
    return source.read()


def names_a_file(text: str) -> bool:
    """Whether a file of this name is there; a report has several lines, a name one."""
    return 0 < len(text) <= LONGEST_PATH and text.isprintable() and Path(text).is_file()
