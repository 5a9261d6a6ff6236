"""The lines of the table: a figure, its spread, and the target beside it."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. target: (sign, bound) with the sign "<" for at most and ">" for at least, or None."""

    name: str
    value: float
    quartiles: tuple[float, float]
    unit: str
    target: tuple[str, float] | None = None

    @property
    def met(self) -> bool | None:
        """Does the value meet its target? None without one."""
        if self.target is None:
            return None
        sign, bound = self.target
        return self.value <= bound if sign == "<" else self.value >= bound


def row(name: str, samples: list[float], unit: str = "x", target: tuple[str, float] | None = None) -> Row:
    """The row of these samples: their median and quartiles."""
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive")
    return Row(name, middle, (low, high), unit, target)


def line(r: Row) -> str:
    """A row as it stands in the table."""
    digits = 2 if r.value < 10 else 1
    low, high = (f"{quartile:.{digits}f}" for quartile in r.quartiles)
    words = {"<": "at most", ">": "at least"}
    target = f"{words[r.target[0]]} {r.target[1]:g} {r.unit}" if r.target else ""
    mark = {True: "✓", False: "✗", None: ""}[r.met]
    return f"{r.name:28}{r.value:9.{digits}f} {r.unit:3} {f'{low} to {high}':>16}   {target:16} {mark}".rstrip()
