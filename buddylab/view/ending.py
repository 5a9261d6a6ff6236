"""How a run ended, for its last frame: the sentence, and the test that decided."""

from collections.abc import Sequence
from typing import Any

from buddylab.core.record import Run
from buddylab.core.zone import Zone
from buddylab.view.sentences import args_of

Frame = dict[str, Any]


def deciding_test(granted: bool, frames: Sequence[Frame], tests: Sequence[int], first: int | None) -> int | None:
    """The frame of the test that granted, or of the last one in the zone that was asked first.

    tests: the frames of the request's own tests. first: place of that zone. None where no test decided.
    """
    if granted:
        return next((place for place in reversed(tests) if frames[place]["test"]["ok"]), None)
    return next((place for place in reversed(tests) if frames[place]["test"]["zone"] == first), None)


def ending(
    run: Run, zones: Sequence[Zone], frames: Sequence[Frame], decides: int | None, stage: str, rounds: int
) -> tuple[str, Frame, str]:
    """Key and args of the last sentence, and the frame's mood.

    zones: as they are now. decides: the deciding test's frame. stage: the last one. rounds: how often it went round.
    """
    granted: Frame = {"asked": 1 << run.order, "pfn": run.page}
    if run.end == "freed":
        return "end_freed", {"zone": run.zonelist[0], **granted}, "end-ok"
    if run.end == "livelock":
        return "end_loop", {"rounds": rounds}, "end-loop"
    if run.page is None:
        return *_refusal(run, zones, frames, decides, stage), "end-no"
    zone = next(zone.label for zone in zones if zone.start_pfn <= run.page < zone.end_pfn)
    stages = {frame["stage"] for frame in frames}
    worst = "_oom" * ("out_of_memory" in stages) or "_reclaim" * ("direct_reclaim" in stages)
    return f"end_page{worst}{'' if run.order else '1'}", {"zone": zone, **granted}, "end-ok"


def _refusal(
    run: Run, zones: Sequence[Zone], frames: Sequence[Frame], decides: int | None, stage: str
) -> tuple[str, Frame]:
    """The sentence for a request that failed."""
    if stage == "fault_injection":
        return "end_fault", {}
    if decides is None:
        return "end_empty", {}
    test = frames[decides]["test"]
    zone, row = zones[test["zone"]], test["rows"][-1]
    args = {"zone": zone.label, "kb": zone.nr_free_pages * 4, "asked": 1 << run.order, **row}
    if row["ok"] or any(frame["say"] == "try_none" for frame in frames):
        return "end_no_block", {"order": run.order}
    key = "end_no_total" if not row["o"] else "end_no_few" if row["f"] < 0 else "end_no_row"
    return key, args_of(key, args)
