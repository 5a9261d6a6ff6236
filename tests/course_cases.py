"""The cases of the course's exercises, out of the recordings: `python tests/course_cases.py` writes them anew.

The recorded events and checksums say what the kernel did. Replaying gives the lists in between, and only operations
whose lists then have the recorded checksum are used.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from recordings import NAMED, named, some_random

from buddylab.scenario import build_machine, lists, lists_crc32
from buddylab.scenario.script import ScriptedWorld

FILE = Path(__file__).resolve().parents[1] / "buddylab" / "course" / "data" / "exercises.json"
MOST = {"01.expand": 24, "03.zone_watermark_ok": 120, "06.rmqueue_bulk": 24, "09.do_retry": 400}


class Watching(list):
    """A trace that notes the zones' counters and lists whenever a test or a refill is noted."""

    def __init__(self, machine):
        super().__init__()
        self.machine, self.seen = machine, {}

    def append(self, event):
        if event[0] in ("zone_watermark_ok", "rmqueue_bulk"):
            zone = self.machine.zone(event[1])
            self.seen[len(self)] = (
                zone.nr_free_pages,
                [zone.nr_free(order) for order in range(11)],
                [zone.free_list(order) for order in range(11)],
                list(zone.lowmem_reserve),
            )
        super().append(event)


def kernel_part(trace):
    """[(place in the trace, event)] without buddylab's own marks."""
    return [(at, event) for at, event in enumerate(trace) if event[0] not in ("stage", "tick", "note")]


def of_operation(trace, recorded, before, after):
    """(exercise, given, wanted) of one operation. recorded: the kernel's events, equal to the trace's."""
    pairs = list(zip(kernel_part(trace), recorded, strict=True))
    for place, ((at, _), event) in enumerate(pairs):
        if event[0] == "zone_watermark_ok":
            _, _, order, mark, classzone_idx, alloc_flags, ok = event
            free, nr_free, _, reserve = trace.seen[at]
            yield (
                "03.zone_watermark_ok",
                {
                    "free_pages": free,
                    "nr_free": nr_free,
                    "order": order,
                    "mark": mark,
                    "lowmem_reserve": reserve[classzone_idx],
                    "alloc_flags": alloc_flags,
                },
                ok,
            )
        elif event[0] == "rmqueue_bulk" and sum(map(len, trace.seen[at][2])) <= 40:
            taken = []
            for _, later in pairs[place + 1 :]:
                if later[0] != "__rmqueue" or later[4] < 0:
                    break
                taken.append(later[4])
            yield "06.rmqueue_bulk", {"free_lists": trace.seen[at][2], "count": event[3]}, taken
    rmqueues = [event for event in recorded if event[0] == "__rmqueue"]
    frees = [event for event in recorded if event[0] == "__free_one_page"]
    if len(rmqueues) == 1 and not frees and rmqueues[0][3] > rmqueues[0][2]:
        _, label, low, high, pfn = rmqueues[0]
        was, now = before[label]["free_lists"], after[label]["free_lists"]
        new = sorted([order, head] for order in range(11) for head in now[order] if head not in was[order])
        yield "01.expand", {"pfn": pfn, "low": low, "high": high}, new
    yield from retries(trace)


def retries(trace):
    """What followed each visit of should_retry: a nap, or not. Its event is the kernel's own."""
    for at, event in enumerate(trace):
        if event[:2] == ("stage", "should_retry"):
            request = next(e for e in reversed(trace[:at]) if e[0] == "get_page_from_freelist")
            later = trace[at + 1] if at + 1 < len(trace) else ("end",)
            gfp_mask = next((e[1] for e in reversed(trace[:at]) if e[0] == "try_to_free_pages"), request[1])
            yield "09.do_retry", {"order": request[2], "gfp_mask": gfp_mask}, int(later[0] == "congestion_wait")


def cases():
    """All distinct cases by exercise, the plainest first, as many as the package carries."""
    found = {name: {} for name in MOST}
    for scenario in [*map(named, NAMED), *some_random()]:
        machine = build_machine(scenario)
        world = ScriptedWorld(machine)
        for number, op in enumerate(scenario["ops"]):
            before = lists(machine)
            machine.trace = trace = Watching(machine)
            world.play(op)
            expect = op.get("expect", {})
            if expect.get("lists_crc32") != lists_crc32(machine) or "events" not in expect:
                continue
            if any(event[0] == "nested_alloc" for event in expect["events"]):
                continue
            for name, given, wanted in of_operation(trace, expect["events"], before, lists(machine)):
                key = json.dumps(given, sort_keys=True)
                found[name].setdefault(
                    key, {"where": f"{scenario['name']}, operation {number}", "given": given, "wanted": wanted}
                )
    return {name: chosen(list(rows.values()), MOST[name]) for name, rows in found.items()}


def chosen(rows, most):
    """Evenly from short to long."""
    rows = sorted(rows, key=lambda row: (len(json.dumps(row["given"])), json.dumps(row["given"])))
    step = max(1, len(rows) / most)
    return [rows[int(n * step)] for n in range(min(most, len(rows)))]


def text():
    """The file's text, a case a line."""
    parts = [
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n ]"
        for name, rows in cases().items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
