"""`buddylab gfp MASK...`: read masks."""

import argparse

from buddylab.commands.tell import complain
from buddylab.core import gfp
from buddylab.modern import gfp as gfp_6_12
from buddylab.reports import Release, decode, release
from buddylab.reports.masks import mask_of, table_of
from buddylab.reports.release import NEWEST

HERE = Release(2, 6, 21)
"""The kernel of this allocator."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    command = commands.add_parser(
        "gfp",
        help="read gfp masks, in hex, decimal or names",
        description="Read gfp masks: each in hex, in the kernel's words, bit by bit; without "
        "--kernel as 2.6.21 reads it, then all other readings, best first.",
    )
    command.add_argument("masks", nargs="+", metavar="MASK", help="0xd0, 208 or 'GFP_KERNEL|__GFP_ZERO'")
    command.add_argument("--kernel", metavar="RELEASE", help="as this release numbers its bits: all readings")
    command.set_defaults(run=run_gfp)


def run_gfp(arguments: argparse.Namespace) -> int:
    """Print every mask that can be read; 2 if one cannot."""
    if arguments.kernel:
        return _by_release(arguments.masks, arguments.kernel)
    code = 0
    for text in arguments.masks:
        try:
            mask = gfp.gfp_parse(text)
        except ValueError as error:
            code = complain(error)
        else:
            print(" = ".join(dict.fromkeys((f"{mask:#x}", gfp.gfp_str(mask), _bits(mask)))))
            _other_readings(mask)
    return code


def _other_readings(mask: int) -> None:
    """What the same number says in other kernels, best first, where that is something else than in 2.6.21."""
    (here, *_), readings = decode(mask, HERE, HERE), decode(mask)
    for reading in readings:
        if str(reading) != str(here):
            table = reading.table
            print(f"    elsewhere, such as in {_from_to(table.first, table.last)}: {reading}")


def _from_to(first: Release, last: Release) -> str:
    if last == NEWEST:
        return f"{first} and later"
    return f"{first}" if first == last else f"{first} to {last}"


def _by_release(masks: list[str], kernel: str) -> int:
    """Numbers, or names, as a release has them, best reading first; 2 if one is none."""
    try:
        known = release(kernel)
        if (known.major, known.minor) == (6, 12):
            return _by_6_12(masks)
        for text in masks:
            mask = mask_of(text, table_of(known))
            for reading in decode(mask, known, known):
                unsure = "" if reading.table.sure else "; not verified for this release"
                print(f"{mask:#x} = {str(reading) or '0'}   (Linux {known}: {reading.table.source}{unsure})")
    except ValueError as error:
        return complain(error)
    return 0


def _by_6_12(masks: list[str]) -> int:
    """As the allocator of 6.12.117 reads them: names, numbers, or both mixed. Raises ValueError."""
    for text in masks:
        mask = gfp_6_12.gfp_parse(text)
        print(f"{mask:#x} = {gfp_6_12.gfp_str(mask)}   (Linux 6.12: include/linux/gfp_types.h)")
    return 0


def _bits(mask: int) -> str:
    """The mask bit by bit, without composed names."""
    named = [f"__GFP_{name}" for name, bit in gfp.BITS.items() if mask & bit]
    rest = mask & ~sum(gfp.BITS.values())
    return "|".join(named + ([hex(rest)] if rest else [])) or "0"
