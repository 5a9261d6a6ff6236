"""buddylab: understand how Linux 2.6 hands out memory pages, by watching its allocator work.

This is the front door. A name is fetched when it is first asked for, so that `import buddylab` costs next to nothing
and needs the standard library only; screens and pictures need the extra `lab`. The exact part is Linux 2.6.21's
`__alloc_pages()` and all that it touches: `buddylab.core`.

>>> import buddylab as bl

A machine, a request, and what came of it. A machine goes by name, by sizes in MB, or by what a failure report says of
it; masks are names, text, or numbers:

>>> m = bl.machine("small")
>>> m
<Machine: DMA 16 MB, Normal 48 MB; 16,384 of 16,384 pages free>
>>> run = bl.record(m, "GFP_ATOMIC", 3)
>>> isinstance(run, bl.Run), run.end, bl.gfp.gfp_str(run.gfp_mask)
(True, 'page', 'GFP_ATOMIC')
>>> print(run)
might_sleep         The caller must not sleep (no __GFP_WAIT), so there is nothing to check.
fault_injection     Fault injection lets the request pass.
restart             First try: Normal, DMA. A zone must stay above pages_low. Normal: 12,281 > 30 yes
got_pg              Granted: 8 pages from Normal, from pfn 15,360 on.

In a notebook each of these is a screen; all panels of one run move together:

>>> bl.Explorer()
<Explorer: order 3, GFP_ATOMIC>
>>> bl.Why(run), bl.Ladder(run), bl.FreeLists(run), bl.Memory(run), bl.Source(run)  # doctest: +ELLIPSIS
(<Why: order 3, 6 frames>, <Ladder: order 3, ...>, <FreeLists: ...>, <Memory: ...>, <Source: ...>)
>>> bl.StageButtons(bl.Explorer())
<StageButtons: 16 stages>
>>> bl.ask("01.merge56")
<Question 01.merge56: not answered yet · 尚未作答>

A report of the kernel (text, path or open file), and the box to paste one into:

>>> report = '''swapper: page allocation failure. order:3, mode:0x20
... Normal free:3000kB min:2048kB low:2560kB high:3072kB active:0kB inactive:0kB present:65536kB
... lowmem_reserve[]: 0 0
... Normal: 700*4kB 25*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 3000kB'''
>>> bl.explain(report)
<Explained: Normal refused at the row of order 1, 43 <= 96: too few pages in blocks of order 1 and above>
>>> bl.Clinic()
<Clinic: no report>

A machine under a workload, and pictures of any of these:

>>> sim = bl.workload("file_server", seed=1)
>>> sim.run(250, progress=bl.ProgressBar())
<ProgressBar: 0%>
<Series: 250 samples, 1 jiffy apart, of DMA, Normal>
>>> axes = bl.plots.free_by_order(sim)
"""

__version__ = "0.2.0"

TYPE_CHECKING = False  # type checkers know this name and take it as True; importing it from typing would cost 8 ms

if TYPE_CHECKING:
    from buddylab import plots as plots
    from buddylab.core import gfp as gfp
    from buddylab.front.explained import explain as explain
    from buddylab.front.machine import machine as machine
    from buddylab.front.run import Run as Run
    from buddylab.front.run import record as record
    from buddylab.widgets import Clinic as Clinic
    from buddylab.widgets import Explorer as Explorer
    from buddylab.widgets import FreeLists as FreeLists
    from buddylab.widgets import Ladder as Ladder
    from buddylab.widgets import Memory as Memory
    from buddylab.widgets import ProgressBar as ProgressBar
    from buddylab.widgets import Source as Source
    from buddylab.widgets import StageButtons as StageButtons
    from buddylab.widgets import Why as Why
    from buddylab.widgets import ask as ask
    from buddylab.world import workloads as _workloads

    workload = _workloads.start

_SCREENS = "Clinic Explorer FreeLists Ladder Memory ProgressBar Source StageButtons Why ask".split()
_HOMES = {
    "Run": "buddylab.front.run:Run",
    "explain": "buddylab.front.explained:explain",
    "gfp": "buddylab.core.gfp",
    "machine": "buddylab.front.machine:machine",
    "plots": "buddylab.plots",
    "record": "buddylab.front.run:record",
    "workload": "buddylab.world.workloads:start",
    **{name: f"buddylab.widgets:{name}" for name in _SCREENS},
}
"""Where each name of the front door lives: a module, or module:name."""


def __dir__() -> list[str]:
    """The names of the front door, and no others."""
    return sorted([*_HOMES, "__version__"])


def _fetch(name: str) -> object:
    """A name of the front door. Raises AttributeError for none, ModuleNotFoundError where an extra is missing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(_unknown(name), name=name)
    module, _, attribute = _HOMES[name].partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or __name__).partition(".")[0] == __name__:
            raise
        raise ModuleNotFoundError(
            f"buddylab.{name} needs {error.name}, which is not installed: pip install 'buddylab[lab]' · "
            f"缺少 {error.name}，请运行 pip install 'buddylab[lab]'",
            name=error.name,
        ) from error
    return getattr(found, attribute) if attribute else found


def _unknown(name: str) -> str:
    """What to say of a name that there is not. Rooms are asked for, too, each time somebody imports from one."""
    from importlib.util import find_spec

    if name.startswith("_") or find_spec(f"{__name__}.{name}"):
        return f"module {__name__!r} has no attribute {name!r}"
    from buddylab.said import Said, unknown

    return str(unknown(Said("name in buddylab", "这个名称"), name, __dir__()))


if not TYPE_CHECKING:  # or every misspelt name would be an object to a type checker

    def __getattr__(name):
        """Fetch a name when it is first asked for (PEP 562)."""
        globals()[name] = value = _fetch(name)
        return value
