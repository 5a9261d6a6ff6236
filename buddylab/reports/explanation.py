"""What came of a report's request: verdict, tests, and how the report was read."""

from dataclasses import dataclass, field

from buddylab.reports.masks import Reading, Table
from buddylab.reports.report import Report
from buddylab.reports.rules import Rights, Rule
from buddylab.reports.verdict import ZoneTest
from buddylab.said import Said


@dataclass(frozen=True, slots=True)
class Verdict:
    """passes: None where there is no verdict. zone, row: where it was decided."""

    passes: bool | None
    zone: str | None
    row: int | None
    sentence: Said


@dataclass(slots=True)
class Explanation:
    """A report's request put to the rule of its kernel. tests: zone by zone, the first tried first.

    zone_types, classzone_idx: those compiled in, and the one of them whose lowmem_reserve counts.
    """

    report: Report
    verdict: Verdict
    rule: Rule | None = None
    readings: list[Reading] = field(default_factory=list)
    tests: list[ZoneTest] = field(default_factory=list)
    rights: Rights = field(default_factory=Rights)
    reasons: list[Said] = field(default_factory=list)
    order: int = 0
    zone_types: tuple[str, ...] = ()
    classzone_idx: int = 0
    mode: int = 0
    table: Table | None = None

    def __repr__(self) -> str:
        return f"<Explanation: {str(self.verdict.sentence)[:170]}>"

    @property
    def notes(self) -> list[Said]:
        """What a reader should know of the text, and of the mask where its table was not looked up for this release."""
        sure = not self.readings or self.readings[0].table.sure
        doubt = Said(
            "what the bits of this mask mean was not verified for this release", "这个版本中该掩码各位的含义未经核实"
        )
        return [*self.report.notes, *([] if sure else [doubt])]
