"""A pasted text made readable: what mail, syslog, forums and consoles put around the kernel's lines is taken off.

The cleaned lines are joined into one string, so that a pattern can reach over a wrapped line; every place in it knows
the line that it came from.
"""

import re
from bisect import bisect_right
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass

from buddylab.printable import printable

LONGEST_LINE = 20_000
"""Characters of one line that are looked at; a kernel's line has at most about a thousand."""

TAGS = re.compile(r"\[/?(?:COLOR|B|I|U|CODE|QUOTE|SIZE|FONT)(?:=[^\]\n]{0,40})?\]", re.IGNORECASE)
QUOTE = re.compile(r"(?:[ \t]*(?:>|&gt;|\|))+[ \t]?")
MARKS = (">", "&", "|", ".", "<")
STARTS = (" ", "\t", ">", "&gt;", "|", "...", "<")
PREFIXES = re.compile(
    r"\.\.\.[ \t]+"  # a sender's own mark
    r"|<[0-9]{1,3}>"  # printk level
    r"|[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} [\w.@-]+ "  # syslog
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}[^ \n]{0,16} [\w.@-]+ "  # syslog, ISO dates
    r"|kernel:"
    r"|\[ *[0-9]{1,8}\.[0-9]{1,9}\]"  # seconds since boot
    r"|\[ *[TC][0-9]{1,8}\]"  # task or CPU that printed
    r"|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4}\]"  # dmesg -T
    r"|\[[0-9]{1,4}: [^\]\n]{1,40}\]"  # Android: CPU, task, pid
    r"|[ \t]+",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Text:
    """joined: the cleaned lines with a newline behind each. starts: where each begins. raw: the lines as pasted."""

    joined: str
    starts: list[int]
    raw: list[str]

    def line(self, offset: int) -> int:
        """Number, from 1, of the pasted line that this place came from."""
        return bisect_right(self.starts, offset)

    def lines(self, begin: int, end: int) -> tuple[int, int]:
        """Numbers of the first and the last pasted line of a piece."""
        first = self.line(begin)
        within = first == len(self.starts) or end <= self.starts[first]
        return first, first if within else self.line(end - 1)

    def shown(self, line: int) -> str:
        """A pasted line for a message, control characters as dots, 160 characters at most."""
        return printable(self.raw[line - 1][:160])


def strip_prefixes(line: str) -> str:
    """The line without quote marks, dates, host, printk times and leading blanks."""
    line = line[:LONGEST_LINE].rstrip()
    if ":" not in line and "[" not in line and not line.startswith(STARTS):
        return line  # every prefix has one of these
    if line[:1] in " \t" and (bare := line.lstrip(" \t"))[:1] not in MARKS and ":" not in bare and "[" not in bare:
        return bare  # only blanks stood in front
    if "[" in line:
        line = TAGS.sub("", line)
    quoted = QUOTE.match(line)
    at = quoted.end() if quoted else 0
    while found := PREFIXES.match(line, at):
        at = found.end()
    return line[at:]


def clean(text: str | bytes) -> Text:
    """Take a paste apart; anything is accepted, undecodable bytes are replaced."""
    if isinstance(text, bytes):  # Windows tools write UTF-16 and say so in the first two bytes
        text = text.decode("utf-16" if text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8", errors="replace")
    text = text.removeprefix("\ufeff")
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    quoted = any("=3D" in line for line in raw)
    starts, parts, at = [], [], 0
    for line in raw:
        if not line:
            starts.append(at)
            parts.append("\n")
            at += 1
            continue
        part, end = strip_prefixes(line), "\n"
        if quoted:
            part = part.replace("=3D", "=").replace("=20", " ")
            if part.endswith("="):
                part, end = part[:-1], ""
        starts.append(at)
        parts.append(part + end)
        at += len(part) + len(end)
    return Text("".join(parts), starts, raw)
