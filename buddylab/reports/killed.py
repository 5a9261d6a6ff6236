"""Who was killed, by whom, and at whose limit: a cgroup's lines, Kubernetes' and systemd's words, user-space killers.

C: mm/memcontrol.c, mem_cgroup_print_oom_meminfo; mm/oom_kill.c, dump_oom_summary and __oom_kill_process.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from buddylab.printable import printable
from buddylab.reports.paste import Text

UNITS = {
    "": 1,
    "k": 1000,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "ki": 1 << 10,
    "mi": 1 << 20,
    "gi": 1 << 30,
    "ti": 1 << 40,
}
"""Of a quantity as Kubernetes writes it, in bytes."""
LONGEST = 200


class Victim(NamedTuple):
    """Who was killed: a process with its pid, or a whole unit. by: `kernel`, `earlyoom`, `systemd-oomd`, ..."""

    name: str
    pid: int | None
    by: str
    line: int


POD = re.compile(r"pod[0-9a-f]{8}|[0-9a-f]{64}|/besteffort/|/burstable/", re.ASCII)
"""What stands in a cgroup's path below the pods' common one: a pod's uid, a container's id, a class."""


@dataclass(slots=True)
class Killing:
    """What the text says beside the zones. group, usage_kb, limit_kb: the cgroup's; None where it is not said."""

    kind: str
    line: int
    group: str | None = None
    usage_kb: int | None = None
    limit_kb: int | None = None
    victims: list[Victim] = field(default_factory=list)
    words: str = "kernel"

    @property
    def pods(self) -> str | None:
        """Kubernetes' part: "one" is a pod's or a container's limit, "all" that of the pods together, None: neither."""
        if "kubepods" in (self.group or ""):
            return "one" if POD.search(self.group or "") else "all"
        return "one" if self.words == "kubernetes" else None


class Found(NamedTuple):
    """One place that says something: where, and which values. kind: `cgroup`, `userspace` or `kernel`."""

    begin: int
    end: int
    kind: str
    told: dict[str, str]
    by: str


NAME = r"\((?P<name>[^)\n]{1,64})\)"
FORMS: tuple[tuple[str, str, str, str], ...] = (
    (
        "cgroup",
        "kernel",
        "emory cgroup out of memory",
        rf"[Mm]emory cgroup out of memory: Kill(?:ed)? process (?P<pid>[0-9]{{1,10}}) ?{NAME}",
    ),
    ("cgroup", "kernel", "memory: usage", r"memory: usage (?P<usage>[0-9]{1,18})kB, limit (?P<limit>[0-9]{1,18})kB"),
    (
        "cgroup",
        "kernel",
        "CONSTRAINT_MEMCG",
        r"CONSTRAINT_MEMCG[^\n]{0,4000}?oom_memcg=(?P<group>[^,\s]{1,400}),[^\n]{0,1000}?\btask=(?P<name>[^,\n]{1,64}),\s?pid=(?P<pid>[0-9]{1,10})",
    ),
    (
        "cgroup",
        "kernel",
        "a result of limit of",
        r"Task in \S{1,400} killed as a result of limit of (?P<group>\S{1,400})",
    ),
    ("cgroup", "kubernetes", "OOMKilled", r"(?:Reason|reason\"?)[:=]\s{0,40}\"?OOMKilled|\"OOMKilled\":\s?true"),
    (
        "cgroup",
        "systemd",
        "of this unit has been killed by the OOM",
        r"(?P<group>[\w@.\\:-]{1,200}): A process of this unit has been killed by the OOM killer",
    ),
    ("cgroup", "systemd", "'oom-kill'", r"(?P<group>[\w@.\\:-]{1,200}): Failed with result 'oom-kill'"),
    (
        "kernel",
        "kernel",
        "ut of memory",
        r"(?<![a-z][\s])[Oo]ut of memory(?: \([^)\n]{1,40}\))?: Kill(?:ed)? process (?P<pid>[0-9]{1,10}) ?" + NAME,
    ),
    (
        "userspace",
        "earlyoom",
        "sending SIG",
        r"sending SIG(?:TERM|KILL) to process (?P<pid>[0-9]{1,10})[^\"\n]{0,40}\"(?P<name>[^\"\n]{1,64})\"",
    ),
    ("userspace", "systemd-oomd", "due to memory", r"Killed (?P<name>\S{1,400}) due to memory [^\n]{1,40}"),
    (
        "userspace",
        "systemd-oomd",
        "systemd-oomd killed",
        r"(?P<name>\S{1,200}): systemd-oomd killed [0-9]{1,7} process",
    ),
    (
        "userspace",
        "nohang",
        "Sending SIG",
        r"Sending SIG(?:TERM|KILL) to PID (?P<pid>[0-9]{1,10})[^\n(]{0,20}\((?P<name>[^)\n]{1,64})\)",
    ),
    (
        "userspace",
        "lmkd",
        "Kill",
        r"(?:lmkd|lowmemorykiller)\S{0,20}:?\s{0,4}Kill(?:ing)? '(?P<name>[^'\n]{1,100})' \((?P<pid>[0-9]{1,10})\)",
    ),
)
"""(kind, who says or did it, a word of it, pattern)."""
PATTERNS = [
    (kind, by, max(word.split(), key=len), re.compile(pattern.replace(" ?", r"\s*").replace(" ", r"\s+"), re.ASCII))
    for kind, by, word, pattern in FORMS
]
"""The same, so that a wrap may stand wherever a blank does; of the words the longest."""
WHOLE_MEMCG = re.compile(r"CONSTRAINT_MEMCG")
POD_LIMIT = re.compile(
    r"Limits:\s+(?:cpu:\s+\S{1,20}\s+)?memory:\s+(?P<amount>[0-9]{1,15})(?P<unit>[kmgtKMGT]?i?)\b", re.ASCII
)


def places(text: Text) -> Iterator[tuple[int, int, Found]]:
    """(begin, end, what) of every place that says who was killed or which limit was reached."""
    for kind, by, word, pattern in PATTERNS:
        if word not in text.joined:
            continue
        for found in pattern.finditer(text.joined):
            told = {key: printable(value[:LONGEST]) for key, value in found.groupdict().items() if value}
            yield found.start(), found.end(), Found(found.start(), found.end(), kind, told, by)
    if "CONSTRAINT_MEMCG" in text.joined:
        for found in WHOLE_MEMCG.finditer(text.joined):
            yield found.start(), found.end(), Found(found.start(), found.end(), "cgroup", {}, "kernel")


def put(killing: Killing, found: Found, line: int) -> bool:
    """Add what a place says; False if it tells of another killing."""
    told = found.told
    name, pid = told.get("name"), int(told["pid"]) if "pid" in told else None
    if found.kind == "cgroup" and killing.kind == "cgroup" and _another(killing, told, pid):
        return False
    if "usage" in told:
        killing.usage_kb, killing.limit_kb = int(told["usage"]), int(told["limit"])
    killing.group = killing.group or told.get("group")
    if found.by != "kernel" and found.kind == "cgroup" and killing.words == "kernel":
        killing.words = found.by
    if name and not any(
        (victim.pid, victim.by) == (pid, found.by) and (pid or victim.name == name) for victim in killing.victims
    ):
        killing.victims.append(Victim(name, pid, found.by, line))
    return True


def _another(killing: Killing, told: dict[str, str], pid: int | None) -> bool:
    """Another process killed, or another state of the group: a killing of its own."""
    if pid is not None and any(victim.pid not in (None, pid) for victim in killing.victims):
        return True
    return "usage" in told and killing.usage_kb is not None and bool(killing.victims)


def pod_limit(text: Text) -> tuple[int, int] | None:
    """(kB, line) of a pod's memory limit, as `kubectl describe` shows it."""
    found = POD_LIMIT.search(text.joined) if "Limits:" in text.joined else None
    if not found:
        return None
    return int(found["amount"]) * UNITS[found["unit"].lower()] // 1024, text.line(found.start("amount"))
