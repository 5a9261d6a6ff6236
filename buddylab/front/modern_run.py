"""A recorded request of Linux 6.12: told in stages and tests; screens, pages and plots know 2.6.21's only so far."""

from collections.abc import Iterator
from dataclasses import fields
from os import PathLike
from typing import Any, NoReturn

from buddylab.modern import gfp
from buddylab.modern import record as recording
from buddylab.modern.environment import Task
from buddylab.modern.machine import Machine
from buddylab.said import Said, SaidError
from buddylab.view.story import WIDTH, shortened

TEST = Said("{zone}: mark {mark:,} {holds}", "{zone}：水位线 {mark:,} {holds}")
HOLDS = {1: Said("holds", "满足"), 0: Said("does not hold", "不满足")}
GRANTED = Said(
    "Granted: {pages:,} pages from {zone}, from pfn {pfn:,} on.", "已给出：{zone} 的 {pages:,} 页，从 pfn {pfn:,} 起。"
)
ONE_GRANTED = Said("Granted: one page from {zone}, pfn {pfn:,}.", "已给出：{zone} 的一页，pfn {pfn:,}。")
REFUSED = Said("Nothing is granted.", "什么也没有给出。")
NO_END = Said("No end: {why}", "没有尽头：{why}")
NOT_YET = Said(
    "a run of Linux 6.12 cannot be shown as a page yet: print(run) tells its stages, run.events is all that happened",
    "Linux 6.12 的运行还不能展示为网页：print(run) 讲述它的各阶段，run.events 是发生的全部",
)


class ModernRun(recording.Trace):
    """A recorded request of Linux 6.12. `print` tells its stages, a line each, with the tests of their marks."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(line.en for line in self.story())

    def __repr__(self) -> str:
        mask = gfp.gfp_str(self.gfp_mask)
        return f"<Run of Linux 6.12: order {self.order}, {mask:.80}, {len(self.events)} events, {self.end}>"

    def story(self) -> list[Said]:
        """A line for every stage that ran, in order, and one for the end."""
        rows = recording.kernel_events(self.events, stages=True)
        return shortened([*(_line(*stage) for stage in _stages(rows)), self._verdict()])

    def to_html(self, path: str | PathLike[str], **_: Any) -> NoReturn:
        """Raises SaidError: pages show 2.6.21's runs only so far."""
        raise SaidError(*NOT_YET)

    def _verdict(self) -> Said:
        if self.page is None:
            return NO_END.fill(why=self.why) if self.end == "livelock" else REFUSED
        zone = next(zone for zone in self.before if zone.start_pfn <= self.page < zone.end_pfn)
        granted = GRANTED if self.order else ONE_GRANTED
        return granted.fill(pages=1 << self.order, zone=zone.name, pfn=self.page)


def _line(stage: str, tests: list[Said]) -> Said:
    """The stage's name in its column, then its tests."""
    told = ("; ".join(test.en for test in tests), "；".join(test.zh for test in tests))
    return Said(*(f"{stage:{WIDTH}}{tests}".rstrip() for tests in told))


def _stages(rows: list[list[Any]]) -> Iterator[tuple[str, list[Said]]]:
    """Each stage with its watermark tests, one zone's test of one mark told once."""
    name, tests = "", list[Said]()
    for _, event, *more in rows:
        if event == "stage":
            if name:
                yield name, list(dict.fromkeys(tests))
            name, tests = more[0], []
        elif event == "zone_watermark_fast":
            zone, _, mark, *_, holds = more
            tests.append(TEST.fill(zone=zone, mark=mark, holds=HOLDS[holds]))
    yield name, list(dict.fromkeys(tests))


def record(machine: Machine, gfp_mask: int, order: int, task: Task, max_rounds: int) -> ModernRun:
    """Ask a machine of Linux 6.12 for 2^order pages and record everything that happens."""
    recorded = recording.record(machine, gfp_mask, order, task=task, max_rounds=max_rounds)
    return ModernRun(*(getattr(recorded, field.name) for field in fields(recorded)))
