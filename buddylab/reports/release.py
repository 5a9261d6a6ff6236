"""Kernel releases: reading `2.6.38-rc6-hw+`, and what the form of a report says about the release that printed it."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from buddylab.printable import printable
from buddylab.said import Said, SaidError

PATTERN = re.compile(
    r"(?:v|linux[- ])?([2-9])\.([0-9]{1,3})(?:\.([0-9]{1,4}))?(?![0-9])(?!\.[a-z])", re.ASCII | re.IGNORECASE
)


class Release(NamedTuple):
    """A release by its numbers; from 3.0 on the third counts stable updates. -rc counts as its release."""

    major: int
    minor: int
    patch: int = 0

    def __str__(self) -> str:
        third = self.patch or self.major == 2
        return f"{self.major}.{self.minor}.{self.patch}" if third else f"{self.major}.{self.minor}"


def release(text: str) -> Release:
    """The release that a version text begins with. Raises ValueError."""
    found = PATTERN.match(text.strip())
    if not found:
        shown = f"{printable(text)!r:.60}"
        raise SaidError(
            f"{shown} is not a kernel release: write it as 2.6.21 or 6.1.43-android14-11",
            f"{shown} 不是内核版本：请写成 2.6.21 或 6.1.43-android14-11",
        )
    return Release(int(found[1]), int(found[2]), int(found[3] or 0))


OLDEST, NEWEST = Release(2, 6, 0), Release(6, 999)

FEATURES: dict[str, tuple[Release, Release, str]] = {
    "protections": (Release(2, 6, 0), Release(2, 6, 11), "protections[] became lowmem_reserve[] in 2.6.11"),
    "lowmem_reserve": (Release(2, 6, 11), NEWEST, "lowmem_reserve[] is printed from 2.6.11 on"),
    "dot": (OLDEST, Release(2, 6, 39), "`page allocation failure.` with a dot is printed up to 2.6.39"),
    "colon": (Release(2, 6, 39), NEWEST, "`page allocation failure:` with a colon is printed from 3.0 on"),
    "managed": (Release(3, 8), NEWEST, "managed: is printed from 3.8 on"),
    "names": (Release(4, 5), NEWEST, "the mask is printed with names from 4.5 on"),
    "nodemask": (Release(4, 10), NEWEST, "nodemask= is printed in the warning from about 4.12 on"),
    "reserved_highatomic": (Release(5, 6), NEWEST, "reserved_highatomic: is printed from about 5.8 on"),
    "boost": (Release(5, 15), NEWEST, "boost: is printed from about 5.18 on"),
    "free_highatomic": (Release(6, 11), NEWEST, "free_highatomic: is printed from about 6.13 on"),
}
"""What the form of a report says: (first release, last release, words). Drawn wide where the release is unsure."""


def era(known: Release | None, features: Collection[str]) -> tuple[Release, Release]:
    """First and last release that could have printed a report with these features; one release if it is known."""
    if known:
        return known, known
    bounds = [FEATURES[name][:2] for name in features if name in FEATURES]
    first = max([low for low, _ in bounds], default=OLDEST)
    last = min([high for _, high in bounds], default=NEWEST)
    return (first, last) if first <= last else (OLDEST, NEWEST)


@lru_cache(maxsize=256)
def form_fits(first: Release, last: Release) -> Said:
    """What is said of a report that names no release."""
    until, until_zh = ("and later", "及以后") if last.minor == NEWEST.minor else (f"to {last}", f"至 {last}")
    return Said(
        f"the text names no kernel release; its form fits {first} {until}",
        f"文本没有写明内核版本；从格式看是 {first} {until_zh}",
    )
