"""The lines that say what was asked for: allocation failures, the OOM killer, vmalloc, stalls, page_owner."""

import re
from collections.abc import Iterator

from buddylab.printable import printable
from buddylab.reports.paste import Text
from buddylab.reports.report import Request, Unread
from buddylab.said import Said

HEX = r"(0x[0-9a-fA-F]{1,16})(?![0-9a-zA-Z])"
NAMES = r"(?:\(([A-Za-z_0-9|\s]*)\))?"
ORDER = r"order:([0-9]{1,3})(?![0-9])"
AFTER = re.ASCII

FORMS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "alloc-failure",
        "order mode names",
        re.compile(rf"page\s+allocation\s+failure[.:]\s+{ORDER},\s*mode:{HEX}{NAMES}", AFTER),
    ),
    (
        "stall",
        "order mode names",
        re.compile(rf"page\s+allocation\s+stalls\s+for\s+[0-9]{{1,10}}ms,\s*{ORDER},\s*mode:{HEX}{NAMES}", AFTER),
    ),
    (
        "vmalloc",
        "order mode names",
        re.compile(
            r"vmalloc\s+error:\s+size\s+[0-9]{1,20},\s+page\s+order\s+([0-9]{1,3}),\s+failed\s+to\s+allocate\s+pages,"
            rf"\s+mode:{HEX}{NAMES}",
            AFTER,
        ),
    ),
    (
        "vmalloc",
        "mode names",
        re.compile(rf"vmalloc\s+error:\s+size\s+[0-9]{{1,20}},\s+[a-z_][a-z_ ]{{1,60}},\s+mode:{HEX}{NAMES}", AFTER),
    ),
    (
        "vmalloc",
        "mode names",
        re.compile(rf"vmalloc:\s+allocation\s+failure:\s+[0-9]{{1,20}}\s+bytes,\s+mode:{HEX}{NAMES}", AFTER),
    ),
    (
        "oom",
        "mode names order",
        re.compile(
            rf"oom-killer:\s+gfp_mask={HEX}{NAMES}(?:,\s*nodemask=[^,\s]{{1,80}})?"
            r"(?:,\s*order=(-?[0-9]{1,3})(?![0-9]))?",
            AFTER,
        ),
    ),
)
"""(kind, what the groups hold, pattern) of every message that starts a report."""

MENTIONS = (
    ("order mode names", re.compile(rf"allocated via order ([0-9]{{1,3}}), mask {HEX}{NAMES}", AFTER)),
    (
        "mode names order",
        re.compile(rf"(?<![\w-])(?:gfp_mask|gfp)={HEX}\(([A-Za-z_0-9|]*)\)(?:,?\s*order=(-?[0-9]{{1,3}}))?", AFTER),
    ),
)
"""Masks that stand without a message; they count only where a paste has nothing else."""

LOOKS_LIKE = re.compile(r"page allocation failure|page allocation stalls|oom-killer|vmalloc(?: error|: allocation)")
TOO_LARGE = re.compile(r"0x[0-9a-fA-F]{17}|(?<![0-9a-zA-Z])[0-9]{20}", AFTER)
"""A mask of more than 64 bits, or a number."""
MOST_ORDER = 30
"""No kernel has so many orders."""
ANY_ORDER = re.compile(r"order[:=]([0-9]{1,3})(?![0-9])", AFTER)
NAME_ALONE = re.compile(r"[^\s:]\S{0,30}(?: \S{1,15})?(?::| invoked)")
"""A process name that stands alone on its line."""
LONGEST_COMM = 80
"""Characters of a process name that are kept; the kernel's own names have 15."""


def process_name(text: Text, offset: int) -> str | None:
    """The name in front of the message on its own line, None where there is none. Control characters become dots."""
    start = text.joined.rfind("\n", 0, offset) + 1
    name = text.joined[start:offset].strip()
    if start and name in ("", "invoked"):  # a wrap may have left the name on the line before
        before = text.joined[text.joined.rfind("\n", 0, start - 1) + 1 : start - 1].strip()
        name = before if NAME_ALONE.fullmatch(f"{before} {name}" if name else before) else name
    name = name.removesuffix("invoked").strip().removesuffix(":").strip()
    return printable(name[-LONGEST_COMM:]) or None


def request_of(text: Text, kind: str, groups: str, found: re.Match[str]) -> Request:
    """The request that one message holds."""
    told = dict(zip(groups.split(), found.groups(), strict=True))
    names = told.get("names")
    return Request(
        kind=kind,
        line=text.line(found.start()),
        process=process_name(text, found.start()) if kind != "mask" else None,
        order=None if told.get("order") is None else int(told["order"]),
        mode=int(told["mode"], 16),
        names=None if names is None else "".join(names.split()),
    )


def requests(text: Text) -> Iterator[tuple[int, int, Request | None]]:
    """(begin, end, request) of every message, as offsets into the cleaned text; None for an order that is none."""
    for kind, groups, pattern in FORMS:
        for found in pattern.finditer(text.joined):
            if kind == "oom" and not _ends_well(text, found):
                continue
            request = request_of(text, kind, groups, found)
            whole = request.order is None or request.order <= MOST_ORDER
            yield found.start(), found.end(), request if whole else None


def _ends_well(text: Text, found: re.Match[str]) -> bool:
    """Old OOM lines end behind the mask; a line that goes on in an unknown way has lost its order."""
    rest = text.joined[found.end() : found.end() + 80].split("\n", 1)[0].strip()
    return found[3] is not None or not rest


def mentions(text: Text) -> Iterator[tuple[int, int, Request]]:
    """Masks with names that stand without a message around them."""
    for groups, pattern in MENTIONS:
        for found in pattern.finditer(text.joined):
            yield found.start(), found.end(), request_of(text, "mask", groups, found)


UNREAD = (
    Said("a number in this request is larger than any that a kernel prints", "该请求中有一个数大于内核会打印的任何数"),
    Said("a request was reported here, but the line is damaged", "这里报告了一个请求，但该行已损坏"),
    Said("the order of this request is larger than any that a kernel has", "该请求的阶数大于任何内核所有的阶"),
)
"""Why a line that reported a request could not be read."""


def unread_requests(text: Text, read: set[int]) -> Iterator[Unread]:
    """Lines that look like a message and are not among the lines read."""
    for found in LOOKS_LIKE.finditer(text.joined):
        line = text.line(found.start())
        if line not in read:
            large = TOO_LARGE.search(text.joined, found.start(), found.start() + 200)
            order = any(
                int(told[1]) > MOST_ORDER
                for told in ANY_ORDER.finditer(text.joined, found.start(), found.start() + 120)
            )
            yield Unread(line, text.shown(line), UNREAD[0] if large else UNREAD[2] if order else UNREAD[1])
