"""Reports from the field for questions: the package's examples by name, explained, and their figures in words."""

from buddylab.reports import Explanation, ZoneTest, explain, parse, row_text
from buddylab.reports.picture import examples
from buddylab.reports.rules import State
from buddylab.said import Said, join

NAMES = ("normal", "dma", "network", "numa", "oom", "passes", "small", "torn")
"""What the examples are called here, in their order."""


def text(name: str) -> str:
    """The report as it was posted. Raises ValueError for an unknown name."""
    return str(_example(name)["text"])


def told(name: str) -> Explanation:
    """The report explained. Raises ValueError for an unknown name."""
    example = _example(name)
    return explain(parse(example["text"], example["kernel"] or None)[0])


def _example(name: str) -> dict[str, str]:
    if name not in NAMES:
        raise ValueError(f"no report {name!r}: there are {', '.join(NAMES)}")
    return examples()[NAMES.index(name)]


def state(test: ZoneTest) -> State:
    """A tested zone's figures. Raises ValueError where one is missing in the report."""
    if test.state is None:
        raise ValueError(f"{test.label}: a figure is missing in the report")
    return test.state


def figures(one: Explanation, place: int = 0) -> Said:
    """What a hand needs for the test of the zone that is tried first, or as another one."""
    known, mark = state(one.tests[place]), one.tests[place].mark
    blocks = ", ".join(map(str, known.counts or ()))
    kept, kept_zh = (f", reserve {known.reserve:,}", f"，保留 {known.reserve:,}") if known.reserve else Said("", "")
    return Said(
        f"Zone {known.label}: {known.free:,} pages free, {mark} {known.mark:,}{kept}; "
        f"free blocks of order 0, 1, 2, ...: {blocks}.",
        f"{known.label} 区：空闲 {known.free:,} 页，{mark} {known.mark:,}{kept_zh}；0、1、2……阶的空闲块：{blocks}。",
    )


def written(test: ZoneTest) -> Said:
    """The rows down to the one that decided, a line each."""
    rows = [(row.order, row_text(row)) for row in test.rows or ()]
    return join([Said(f"row {n}: {row}", f"第 {n} 行：{row}") for n, row in rows], "\n")
