"""What a text was packed into: JSON of journals and containers, quoted-printable, HTML, several lines in one.

Every line that comes out knows the pasted line that it was in.
"""

import html
import json
import re
from collections.abc import Iterator

from buddylab.reports.forms import whole_lines
from buddylab.reports.prefixes import length
from buddylab.said import Said

ENTITY = re.compile(r"&(?:gt|lt|amp|quot|nbsp|#[0-9]{1,4}|#x[0-9a-fA-F]{1,4});")
MARKUP = re.compile(r"<(?:br|/?pre|/?code|/?p|/?div|/?tt|/?samp)[ /]*>", re.IGNORECASE)
BYTE = re.compile(r"=([0-9A-F]{2})")
FIELD = re.compile(r'^\s*"(?:MESSAGE|log|message|msg)"\s*:\s*("(?:[^"\\]|\\.){0,20000}")\s*,?\s*$')
KEYS = ("MESSAGE", "log", "message", "msg", "textPayload")
"""Names under which journals and containers keep a line."""
MOST_JOINED = 40
"""A JSON object that was wrapped is put together from so many lines at most."""
SYSLOG_NEWLINE = "#012"
QUOTED = re.compile(r"^(?:[ \t]{0,8}(?:>|\|(?![\w|(])))+[ \t]?")
LEAST_PREFIX = 9
"""A syslog record begins with a date, which has more characters than this."""

QP = Said("quoted-printable (=3D, =20) was undone", "已还原 quoted-printable 编码（=3D、=20）")
HTML = Said("HTML entities were undone", "已还原 HTML 实体")


def unpacked(raw: list[str], found: list[tuple[int, Said]]) -> list[tuple[int, str]]:
    """(number, line) of every line; `found` gets what was undone."""
    lines = list(enumerate(raw, 1))
    if any("=3D" in line for line in raw):
        lines = _without_quoted_printable(lines, found)
    if any(line.lstrip(" \t>|")[:1] == "{" or '"MESSAGE"' in line for line in raw):
        lines = _better(_out_of_json(lines, " "), _out_of_json(lines, ""))
    if any(SYSLOG_NEWLINE in line for line in raw):
        lines = _better(*([part for record in _records(lines) for part in _split(record, glue)] for glue in (" ", "")))
    if any("&" in line and ENTITY.search(line) for line in raw):
        lines = _without_entities(lines, found)
    return lines


def _without_quoted_printable(lines: list[tuple[int, str]], found: list[tuple[int, Said]]) -> list[tuple[int, str]]:
    """Codes become letters, and a line that ends in = goes on in the next."""
    found.append((next(n for n, line in lines if "=3D" in line), QP))
    told: list[tuple[int, str]] = []
    open_line = False
    for n, line in lines:
        soft = line.endswith("=")
        part = BYTE.sub(lambda code: chr(int(code[1], 16)), line.removesuffix("="))
        if open_line:
            first, before = told[-1]
            told[-1] = first, before + part
        else:
            told.append((n, part))
        open_line = soft and len(told[-1][1]) < 20_000
    return told


def _without_entities(lines: list[tuple[int, str]], found: list[tuple[int, Said]]) -> list[tuple[int, str]]:
    told = []
    for n, line in lines:
        plain = (
            MARKUP.sub("", ENTITY.sub(lambda one: html.unescape(one[0]), line)) if "&" in line or "<" in line else line
        )
        told.append((n, plain.replace("\u00a0", " ")))
    found.append((next(n for n, line in lines if ENTITY.search(line)), HTML))
    return told


def _better(words: list[tuple[int, str]], column: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Of two ways to put broken lines together, the one in which more of the kernel's lines are whole."""
    if words == column:
        return words
    one, other = (whole_lines("\n".join(line for _, line in lines) + "\n") for lines in (words, column))
    return column if other > one else words


def _out_of_json(lines: list[tuple[int, str]], glue: str) -> list[tuple[int, str]]:
    """The messages of JSON objects, a line each or wrapped; what is no such object stays as it is."""
    told: list[tuple[int, str]] = []
    at = 0
    while at < len(lines):
        n, line = lines[at]
        taken, message = _object(lines, at, glue) if line.lstrip(" \t>|")[:1] == "{" else (0, None)
        if message is None and (field := FIELD.match(line)):
            taken, message = 1, str(json.loads(field[1])) if _is_json(field[1]) else None
        if message is None:
            told.append((n, line))
            at += 1
            continue
        told += [(n, part) for part in message.removesuffix("\n").split("\n")]
        at += taken
    return told


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _object(lines: list[tuple[int, str]], at: int, glue: str) -> tuple[int, str | None]:
    """(lines taken, message) of an object that begins here; (0, None) if there is none."""
    bodies: list[str] = []
    quoted = QUOTED.match(lines[at][1]) is not None
    for _, line in lines[at : at + MOST_JOINED]:
        body = QUOTED.sub("", line) if quoted else line
        if bodies and body[:1] == "{":
            break
        bodies.append(body)
        if not body.rstrip().endswith(("}", "},")):
            continue
        message = _message(_joined(bodies, glue).rstrip().removesuffix(","))
        if message is not None:
            return len(bodies), message
    return 0, None


def _joined(bodies: list[str], glue: str) -> str:
    """Pieces of one line: broken between words, or at a column, where every blank counts."""
    return glue.join(body.strip() for body in bodies) if glue else "".join(bodies)


def _records(lines: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The lines of each syslog record: one that has several of the kernel's lines in it may have been wrapped."""
    record: list[tuple[int, str]] = []
    for number, line in lines:
        if record and (not line.strip() or length(QUOTED.sub("", line), []) >= LEAST_PREFIX):
            yield from _record(record)
            record = []
        record.append((number, line))
    yield from _record(record)


def _record(record: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """One record, or each line for itself where it has none of the marks."""
    if SYSLOG_NEWLINE in "".join(QUOTED.sub("", line) for _, line in record):
        yield record
    else:
        yield from ([one] for one in record)


def _split(record: list[tuple[int, str]], glue: str) -> list[tuple[int, str]]:
    """A record's lines, each with the number of the pasted line in which it begins."""
    if len(record) == 1 and SYSLOG_NEWLINE not in record[0][1]:
        return record
    quoted = QUOTED.match(record[0][1]) is not None
    bodies = [QUOTED.sub("", line) if quoted else line for _, line in record]
    whole = _joined(bodies, glue)
    parts, at, place, end = [], 0, 0, len(bodies[0])
    for part in whole.split(SYSLOG_NEWLINE):
        while at >= end and place + 1 < len(bodies):
            place += 1
            end += len(bodies[place])
        parts.append((record[place][0], part.replace("#011", "\t")))
        at += len(part) + len(SYSLOG_NEWLINE)
    return parts


def _message(text: str) -> str | None:
    """The line that an object holds; bytes come as a list of numbers. None for what is none."""
    if len(text) > 60_000 or not any(f'"{key}"' in text for key in KEYS):
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    message = next((told[key] for key in KEYS if key in told), None) if isinstance(told, dict) else None
    if isinstance(message, list) and all(isinstance(one, int) and 0 <= one < 256 for one in message):
        return bytes(message).decode("utf-8", errors="replace")
    return message if isinstance(message, str) else None
