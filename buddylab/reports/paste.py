"""A pasted text made readable: what mail, syslog, forums and consoles put around the kernel's lines is taken off.

The cleaned lines are joined into one string, so that a pattern can reach over a wrapped line; every place in it knows
the line that it came from.
"""

import re
from bisect import bisect_right
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from typing import NamedTuple

from buddylab.printable import printable
from buddylab.reports.envelope import unpacked
from buddylab.reports.mend import Line, interleaved, mend_lines
from buddylab.reports.prefixes import learned, length
from buddylab.reports.wraps import unwrap
from buddylab.said import Said

LONGEST_LINE = 20_000
"""Characters of one line that are looked at; a kernel's line has at most about a thousand."""

TAGS = re.compile(r"\[/?(?:COLOR|B|I|U|CODE|QUOTE|SIZE|FONT)(?:=[^\]\n]{0,40})?\]", re.IGNORECASE)
QUOTE = re.compile(r"(?:[ \t]*(?:>|&gt;|\|(?![\w|(])))+[ \t]?")
COLOURED = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
RESET = ("\x1b[0m", "\x1b[m", "\x1b[K", "\x1b[0K")
"""Ends of colours: a line with one was coloured by a tool, and its escapes are no part of a name."""
MARKS = (">", "&", "|", ".", "<")
STARTS = (" ", "\t", ">", "&gt;", "|", "...", "<")


class Repair(NamedTuple):
    """What was put right in the text, and where."""

    line: int
    said: Said


@dataclass(frozen=True, slots=True)
class Text:
    """joined: the cleaned lines. starts, numbers: where each begins, and the pasted line it is from. raw: as pasted."""

    joined: str
    starts: list[int]
    numbers: list[int]
    raw: list[str]
    repairs: list[Repair]

    def line(self, offset: int) -> int:
        """Number, from 1, of the pasted line that this place came from."""
        return self.numbers[max(bisect_right(self.starts, offset) - 1, 0)]

    def lines(self, begin: int, end: int) -> tuple[int, int]:
        """Numbers of the first and the last pasted line of a piece."""
        first = bisect_right(self.starts, begin)
        if first == len(self.starts) or end <= self.starts[first]:
            return self.numbers[max(first - 1, 0)], self.numbers[max(first - 1, 0)]
        return self.numbers[max(first - 1, 0)], self.line(end - 1)

    def read(self, begin: int, end: int) -> list[int]:
        """Numbers of all pasted lines of a piece."""
        first, last = bisect_right(self.starts, begin), bisect_right(self.starts, max(end - 1, begin))
        return self.numbers[max(first - 1, 0) : last]

    def shown(self, line: int) -> str:
        """A pasted line for a message, control characters as dots, 160 characters at most."""
        return printable(self.raw[line - 1][:160])


def unquoted(line: str) -> str:
    """The line without what mail and forums put around it; blanks in front of it stay."""
    line = line[:LONGEST_LINE]
    if "\x1b" in line and any(end in line for end in RESET):
        line = COLOURED.sub("", line)
    if "[" in line:
        line = TAGS.sub("", line)
    quoted = QUOTE.match(line) if line.lstrip(" \t")[:1] in MARKS else None
    return line[quoted.end() :] if quoted else line


def strip_prefix(line: str, patterns: list[re.Pattern[str]]) -> tuple[str, str]:
    """(prefix, rest) of a line without quote marks."""
    line = line.rstrip()
    if not patterns:
        if ":" not in line and "[" not in line and not line.startswith(STARTS):
            return "", line  # every prefix has one of these
        bare = line.lstrip(" \t")
        if line[:1] in (" ", "\t") and bare[:1] not in MARKS and ":" not in bare and "[" not in bare:
            return "", bare  # only blanks stood in front
    at = length(line, patterns)
    return line[:at], line[at:]


def decoded(text: str | bytes) -> str:
    """The paste as text: Windows tools write UTF-16 and say so in the first two bytes; odd bytes are replaced."""
    if isinstance(text, bytes):
        text = text.decode("utf-16" if text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8", errors="replace")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def clean(text: str | bytes) -> Text:
    """Take a paste apart; anything is accepted."""
    raw = decoded(text).split("\n")
    found: list[tuple[int, Said]] = []
    numbered = unpacked(raw, found)
    bodies = [(number, unquoted(line)) for number, line in numbered]
    patterns = learned([body for _, body in bodies])
    lines = [
        Line(number, body, *strip_prefix(body, patterns)) if body else Line(number, "", "", "")
        for number, body in bodies
    ]
    lines = interleaved(lines, found)
    unwrap(lines, patterns, found)
    mend_lines(lines, found)
    starts, parts, at = [], [], 0
    for line in lines:
        starts.append(at)
        parts.append(line.rest + line.glue)
        at += len(line.rest) + len(line.glue)
    repairs = [Repair(number, said) for number, said in sorted(found, key=lambda one: one[0])]
    return Text("".join(parts), starts, [line.number for line in lines], raw, repairs)
