"""What stands before the kernel's words on every line of a log: known forms, and what the text itself shows.

A line that is surely the kernel's (`Mem-Info:`, a zone's figures, `CPU: 2 PID: 7 Comm:`) says where its prefix ends.
Prefixes of one build make a pattern: digits may differ, and words that were seen to differ; all the rest is as it was.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

ZONES = "(?:DMA32|DMA|Normal|HighMem|Movable|Device)"
NODE = r"Node[ \t]+[0-9]{1,4}[ \t]+"
SURE = re.compile(
    rf"Mem-[iI]nfo:|\b{ZONES}:?[ \t]*$|{NODE}{ZONES}(?:[ \t:]|$)|(?:{NODE})?{ZONES}[ \t]+free:[0-9]"
    r"|(?:lowmem_reserve|protections)\[\]:"
    rf"|(?:{NODE})?{ZONES}:[ \t]+(?:[0-9]{{1,18}}\*[0-9]|empty)"
    r"|CPU: [0-9]{1,5} (?:UID: [0-9]{1,10} )?PID: [0-9]{1,10}\b|Pid: [0-9]{1,10},"
    r"|active_anon:[0-9]{1,18} inactive_anon:|Call Trace:|Hardware name: ",
    re.ASCII,
)
"""The beginnings of lines that nothing but a kernel prints."""
STRANGE = re.compile(r"kB|\*|order[:=]|failure|oom-killer|free:|[<(]?GFP_|\bzone\b|\bNode +[0-9]", re.ASCII)
"""What a prefix has not: here another line of the kernel was interrupted."""
MARKED = re.compile(r"[:\]|>)}-]|\S{6}")
"""What a prefix has: `Node 0` is none, whose break a wrap has made."""
TOKEN = re.compile(r"[0-9]+|[A-Za-z_]+|\s+|.", re.ASCII)
OPEN = "[(<"
SHORTEST_OUTER = 8
LONGEST, MOST_SURE, MOST_PATTERNS = 240, 1000, 8
"""Characters of a prefix; lines that are learned from; patterns that are kept."""

DAYS = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?"
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
ZONED = "(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
KERNEL_WORD = (
    rf"Node [0-9]|{ZONES}[: ]|std(?:out|err) |active_anon|lowmem_reserve|protections|CPU|Call|Hardware|Mem-|kernel|"
    r"\S{1,40}:\s"
)
HOST = rf"(?:(?!{KERNEL_WORD}|[^ \n]{{1,40}} invoked)[\w.@-]{{1,64}} (?=[^\n]))?"
KNOWN = re.compile(
    r"\.\.\.[ \t]+"  # a sender's own mark
    r"|<[0-9]{1,3}>(?:1(?= [0-9-]))?"  # printk level, or the priority and version of RFC 5424
    rf"|(?:{DAYS} )?{MONTH} {{1,2}}[0-9]{{1,2}},? (?:[0-9]{{4}},? )?{CLOCK}(?: [0-9]{{4}})?(?: [A-Z]{{3,4}})?"  # syslog
    rf"[ :]+{HOST}"
    rf"|(?:{DAYS} )?[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}}[T ]{CLOCK}{ZONED}(?: [A-Z]{{3,4}})?[ :]+{HOST}"
    rf"|[0-9]{{2}}-[0-9]{{2}} {CLOCK} +[0-9]{{1,7}} +[0-9]{{1,7}} [VDIWEF] +kernel *: "  # Android's logcat
    r"|[VDIWEF]/kernel *\( *[0-9]{1,7}\): "
    rf"|[IWEF][0-9]{{4}} {CLOCK} +[0-9]{{1,7}} [\w./-]{{1,40}}:[0-9]{{1,6}}\] "  # Kubernetes' own programs
    rf"|{CLOCK}[ :]+(?=kernel|\[|<|[^ \n]{{1,64}} kernel)"
    r"|[0-9]{9,10}\.[0-9]{3,9} [\w.@-]{1,64} (?=kernel)"  # journalctl -o short-unix
    r"|(?:stdout|stderr) [FP] "  # containers
    r"|(?:kern|user|daemon) *[:.] *[a-z]{3,7} *:? (?:: )?"  # dmesg -x, OpenWrt
    r"|kernel(?:\[[0-9]{1,7}\])?:(?:[ \t]+:)?"
    r"|[\w.@-]{1,64} (?=kernel(?:\[[0-9]{1,7}\])?: )"  # a host
    r"|kernel - - - "
    r"|\[ *[+-]?[0-9]{1,10}\.[0-9]{1,9}(?:@[0-9]{1,3})?(?:[ ,]+<? *[0-9]{1,9}\.[0-9]{1,9}>?)?\]"  # seconds since boot
    r"|\[ *[TC][0-9]{1,8}\]"  # task or CPU that printed
    rf"|\[(?:{DAYS} )?{MONTH} ?[ 0-9]{{1,2}} [0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?: [0-9]{{4}})?\]"  # dmesg -T, -H
    rf"|\[[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{CLOCK}{ZONED}\]:?"
    rf"|\[{CLOCK}\]:?"
    r"|\[[0-9]{1,4}: [^\]\n]{1,40}\]"  # Android: CPU, task, pid
    r"|>(?=[ \t])"
    r"|##\[[a-z]{1,12}\]|::[a-z]{1,12}::"  # marks of CI systems
    r"|[ \t]+",
    re.ASCII,
)


def learned(lines: list[str]) -> list[re.Pattern[str]]:
    """The prefixes that the sure lines of a text show, the most frequent first; blanks alone are none."""
    groups: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    sure = 0
    for line in lines:
        found = SURE.search(line, 0, LONGEST + 60)
        if not found:
            continue
        sure += 1
        prefix = line[: found.start()]
        if len(prefix) <= LONGEST and MARKED.search(prefix) and not STRANGE.search(prefix):
            tokens = list(_tokens(prefix))
            groups[tuple(_kind(token) for token in tokens)].append(tokens)
        if sure == MOST_SURE:
            break
    ranked = sorted(groups.values(), key=len, reverse=True)[:MOST_PATTERNS]
    kept = [group for group in ranked if len(group) > 1 or sure <= 2]
    return [_pattern(group) for group in kept] + (_outer(kept[0], lines) if kept else [])


def _outer(group: list[list[str]], lines: list[str]) -> list[re.Pattern[str]]:
    """The outer part of a prefix, where several lines have just that: one log in another."""
    sample = [line for line in lines[:MOST_SURE] if line.strip()]
    whole = _pattern(group)
    others = [line for line in sample if not whole.match(line)]
    for end in range(len(group[0]) - 1, 1, -1):
        shown = "".join(group[0][:end])
        if group[0][end].isspace() and len(shown) >= SHORTEST_OUTER and MARKED.search(shown):
            outer = _pattern([tokens[:end] for tokens in group])
            if sum(bool(outer.match(line)) for line in others) > 1:
                return [outer]
    return []


def _tokens(prefix: str) -> Iterator[str]:
    """Numbers, words, blanks and signs; blanks behind an opening bracket are none, since they only fill up."""
    before = ""
    for token in TOKEN.findall(prefix.rstrip()):
        if not (token.isspace() and before in OPEN and before):
            yield token
        before = token


def _kind(token: str) -> str:
    if token.isdigit():
        return "0"
    if token.isspace():
        return " "
    return "a" if token.isalpha() or "_" in token else token


def _pattern(group: list[list[str]]) -> re.Pattern[str]:
    """One pattern for all prefixes of one build."""
    parts = []
    for column in zip(*group, strict=True):
        token, kind = column[0], _kind(column[0])
        if kind == "0":
            parts.append("[0-9]+")
        elif kind == " ":
            parts.append(r"[ \t]+")
        elif kind == "a":
            parts.append(re.escape(token) if len(set(column)) == 1 else "[A-Za-z_]+")
        else:
            parts.append(re.escape(token) + (r"[ \t]*" if token in OPEN else ""))
    return re.compile("".join(parts) + r"(?:[ \t]+|$|(?<=[\]>:|]))", re.ASCII)


def length(line: str, patterns: list[re.Pattern[str]]) -> int:
    """Characters of the prefix of a line: what was learned, then what is known; 0 if there is none."""
    at = 0
    for pattern in patterns:
        if found := pattern.match(line):
            at = found.end()
            break
    while found := KNOWN.match(line, at):
        if found.end() == at:
            break
        at = found.end()
    return at
