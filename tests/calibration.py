"""How slow this machine is just now: every limit in milliseconds is stretched by it."""

import time

REFERENCE = 0.030
"""Seconds of CPU that the loop takes on the machine on which the limits were set, when nothing else runs there."""
ROUNDS = 400_000


def _loop():
    """A fixed piece of work in plain Python: dict, int and call, as the allocator's own work is."""
    table = {}
    start = time.process_time()
    for n in range(ROUNDS):
        table[n & 1023] = n ^ (n >> 3)
    return time.process_time() - start


def slowness():
    """How many times the reference's time the loop takes here and now; never below 1. The best of three counts."""
    return max(1.0, min(_loop() for _ in range(3)) / REFERENCE)
