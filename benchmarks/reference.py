"""Compiles reference.c and speaks with it. Its commands are described at the head of reference.c."""

import subprocess
from pathlib import Path
from shutil import which
from types import TracebackType

from benchmarks.workloads import Sequence
from buddylab.core.gfp import GFP_KERNEL
from buddylab.core.machine import Machine

SOURCE = Path(__file__).with_name("reference.c")
FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra")


class BrokenReference(RuntimeError):
    """The reference does not compile, or ended before it had answered."""


def compiler() -> str | None:
    """The C compiler of this computer, or None."""
    return which("cc") or which("gcc") or which("clang")


def compile_reference(folder: Path) -> Path:
    """The program made from reference.c, in this folder. Raises BrokenReference with the compiler's words."""
    program = folder / "reference"
    done = subprocess.run([compiler() or "cc", *FLAGS, "-o", program, SOURCE], capture_output=True, text=True)
    if done.returncode:
        raise BrokenReference(f"the C reference does not compile:\n{done.stderr}")
    return program


class Reference:
    """A running reference with the same zones as a machine of the core."""

    def __init__(self, program: Path, machine: Machine) -> None:
        """machine: as booted; the reference takes its zones over and boots too."""
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.zones = machine.zonelist(GFP_KERNEL).zones
        for z in self.zones:
            self._tell(
                "zone",
                z.start_pfn,
                z.end_pfn,
                z.pages_min,
                z.pages_low,
                z.pages_high,
                z.hot.batch,
                z.hot.high,
                z.cold.batch,
                z.cold.high,
                *z.lowmem_reserve,
            )
        self._tell("boot")

    def __enter__(self) -> "Reference":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()

    def load(self, sequence: Sequence, folder: Path) -> None:
        """Make this the sequence that `play` plays."""
        sequence.save(folder / "sequence")
        self._tell("load", folder / "sequence")

    def play(self, alloc_flags: int, cold: bool = False) -> tuple[int, int, int]:
        """Play the sequence once: nanoseconds of CPU time, requests refused, frees refused."""
        nanoseconds, failed, bad = map(int, self._ask("run", alloc_flags, self.zones[0].index, int(cold)).split())
        return nanoseconds, failed, bad

    def slots(self) -> list[int | None]:
        """The block that each slot was given last."""
        return [None if pfn == "-1" else int(pfn) for pfn in self._ask("slots").split()]

    def lists(self) -> list[list[list[int]]]:
        """The state of all lists, as `workloads.lists_of` gives it."""
        self._tell("lists")
        return [[[int(pfn) for pfn in part.split()] for part in self._hear().split("|")] for _ in self.zones]

    def _tell(self, *words: object) -> None:
        assert self._process.stdin is not None
        print(*words, file=self._process.stdin, flush=True)

    def _hear(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BrokenReference(f"the C reference ended with status {self._process.wait()}")
        return line

    def _ask(self, *words: object) -> str:
        self._tell(*words)
        return self._hear()
