"""How soon the explorer answers a turned knob: every knob on every machine of its list, the document included.

Knobs are turned one at a time from where the machine stands, to values that nothing has been kept for. The targets, 40
ms in the middle and 150 at worst, are meant for a computer that does `yardstick` in 18.5 ms; they are scaled by it.
"""

import gc
from collections.abc import Iterator
from random import Random
from typing import Any

from benchmarks.table import Row, row
from benchmarks.workloads import cpu_ns
from buddylab.core import gfp
from buddylab.explorer import filling
from buddylab.explorer.knobs import PRESETS, checked, flags, start
from buddylab.explorer.recording import recording
from buddylab.machines.hardware import MACHINES

MEDIAN_MS, WORST_MS, YARDSTICK_MS = 40.0, 150.0, 18.5
HARD = ("no_swap", "dirty", "swapping")
"""Mixes with which a request for a large block has reclaim go through whole lists."""


def yardstick() -> None:
    """A piece of work for scale: dicts, tuples, whole numbers, as the core has them."""
    owner: dict[int, tuple[int, int]] = {}
    for number in range(60_000):
        pfn = number * 2654435761 >> 7 & 0xFFFF
        owner[pfn] = (pfn ^ 1, number)
        if pfn ^ 1 in owner:
            del owner[pfn ^ 1]


def scale() -> float:
    """How much longer this computer takes than the one that the targets are meant for."""
    return min(cpu_ns(yardstick) for _ in range(5)) / 1e6 / YARDSTICK_MS


def turns(machine: str, rng: Random, values: int) -> Iterator[dict[str, Any]]:
    """Settings of the explorer with one knob turned, `values` of each that has many."""
    standing = start() | {"machine": machine}
    yield standing
    for name, top in (("pressure", filling.TRACK), ("scatter", 100), ("order", 10)):
        for value in rng.sample(range(top + 1), min(values, top)):
            yield standing | {name: value}
    for mix in filling.MIXES:
        yield standing | {"mix": mix}
    for mask in rng.sample((*PRESETS, *(f"GFP_KERNEL|__GFP_{bit}" for bit in gfp.BITS)), values):
        yield standing | {"gfp_mask": mask}
    for flag in flags():
        yield standing | {flag: True}


def hard(machine: str) -> Iterator[dict[str, Any]]:
    """GFP_KERNEL at order 5 while little is free and it lies scattered: reclaim does what it can."""
    for mix in HARD:
        for pressure in (700, 850, 950):
            turned = {"machine": machine, "gfp_mask": "GFP_KERNEL", "order": 5, "pressure": pressure, "mix": mix}
            yield start() | turned


def milliseconds(knobs: dict[str, Any]) -> float:
    """CPU time from the knobs to the document, with nothing kept from before."""
    filling._prepared.cache_clear()
    gc.collect()
    return cpu_ns(lambda: recording(checked(knobs))) / 1e6


def answering(values: int, seed: int) -> Iterator[Row]:
    """Two rows for each machine, the median and the worst, and the settings that reclaim makes hard."""
    allowed = scale()
    yield Row("knobs, this computer", allowed, (allowed, allowed), "x")
    for machine in MACHINES:
        times = [milliseconds(knobs) for knobs in turns(machine, Random(seed), values)]
        yield row(f"knobs, {machine}", times, "ms", ("<", round(MEDIAN_MS * allowed, 1)))
        yield Row(f"knobs, {machine}, worst", max(times), (max(times),) * 2, "ms", ("<", round(WORST_MS * allowed, 1)))
    times = [milliseconds(knobs) for machine in MACHINES for knobs in hard(machine)]
    yield row("knobs, hard reclaim", times, "ms")
    yield Row("knobs, hard reclaim, worst", max(times), (max(times), max(times)), "ms")
