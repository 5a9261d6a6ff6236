"""What logs put before the kernel's lines, as functions of the text: the forms that tools document, one each."""

import json
import textwrap

CALL = "2026-11-30"


def each(form):
    """A prefix for every line; `form` gets the line's number."""
    return lambda text: "\n".join(f"{form(n)}{line}" if line else "" for n, line in enumerate(text.split("\n")))


def seconds(n):
    return 69229.257683 + n * 0.000021


def clock(n):
    return f"14:02:{50 + n // 40 % 10:02}"


def with_012(text):
    head, *rest = text.split("\n")
    return f"Nov 30 14:02:50 host1 kernel: {head}" + "".join(f"#012{line}" for line in rest)


def journal_json(text):
    return "\n".join(
        json.dumps(
            {"__REALTIME_TIMESTAMP": f"17644968{n:08}", "PRIORITY": "4", "MESSAGE": line, "_TRANSPORT": "kernel"}
        )
        for n, line in enumerate(text.split("\n"))
    )


def docker_json(text):
    return "\n".join(
        json.dumps({"log": line + "\n", "stream": "stderr", "time": f"{CALL}T{clock(n)}.123456789Z"})
        for n, line in enumerate(text.split("\n"))
    )


def dmesg_h(text):
    lines = text.split("\n")
    return "\n".join(
        f"[{'Nov30 14:02' if not n else '  +0.00002' + str(n % 10)}] {line}" for n, line in enumerate(lines)
    )


PREFIXES = {
    "syslog": each(lambda n: f"Dec  2 {clock(n)} host1 kernel: [{seconds(n):.6f}] "),
    "syslog-no-host": each(lambda n: f"Dec 20 {clock(n)} kernel: "),
    "rhel6": each(lambda n: f"Dec 12 {clock(n)} host1 kernel: : [{seconds(n):.6f}] "),
    "full-month": each(lambda n: f"November 30 {clock(n)} host1 kernel: "),
    "rfc5424": each(lambda n: f"<4>1 {CALL}T{clock(n)}.123456+01:00 host1 kernel - - - "),
    "rsyslog-iso": each(lambda n: f"{CALL}T{clock(n)}.123456+01:00 host-1.example kernel: [{seconds(n):12.6f}] "),
    "dmesg": each(lambda n: f"[{seconds(n):12.6f}] "),
    "dmesg-x": each(lambda n: f"kern  :warn  : [{seconds(n):12.6f}] "),
    "dmesg-d": each(lambda n: f"[{seconds(n):12.6f} <    0.000021>] "),
    "dmesg-T": each(lambda n: f"[Mon Nov 30 {clock(n)} 2026] "),
    "dmesg-H": dmesg_h,
    "dmesg-iso": each(lambda n: f"{CALL}T{clock(n)},123456+01:00 "),
    "caller": each(lambda n: f"[{seconds(n):12.6f}][ T5241] "),
    "short": each(lambda n: f"Nov 30 {clock(n)} host1 kernel: "),
    "short-precise": each(lambda n: f"Nov 30 {clock(n)}.123456 host1 kernel: "),
    "short-monotonic": each(lambda n: f"[{seconds(n):12.6f}] host1 kernel: "),
    "short-full": each(lambda n: f"Mon 2026-11-30 {clock(n)} UTC host1 kernel: "),
    "short-unix": each(lambda n: f"17644968{n % 90 + 10}.123456 host1 kernel: "),
    "with-unit": each(lambda n: f"Mon 2026-11-30 {clock(n)} UTC host1 kernel[0]: "),
    "time-kernel": each(lambda n: f"{clock(n)} kernel: "),
    "json": journal_json,
    "docker-json": docker_json,
    "cri": each(lambda n: f"{CALL}T{clock(n)}.123456789Z stderr F "),
    "compose": each(lambda n: f"node-exporter_1  | [{seconds(n):12.6f}] "),
    "kubectl": each(lambda n: f"[pod/dmesg-7d9f/reader] {CALL}T{clock(n)}.123456789Z "),
    "talos": each(lambda n: f"node-a: kern: warning: [{CALL}T{clock(n)}.108125566Z]: "),
    "logread": each(lambda n: f"Mon Nov 30 {clock(n)} 2026 kern.warn kernel: [{seconds(n):12.6f}] "),
    "logcat": each(lambda n: f"11-30 {clock(n)}.123     0     0 W kernel  : "),
    "logcat-brief": each(lambda n: "W/kernel  (    0): "),
    "android": each(lambda n: f"<4>[{seconds(n):12.6f}][0:  kworker/0:1:  123] "),
    "serial": each(lambda n: f"<4>[{seconds(n):12.6f}] "),
    "serial-time": each(lambda n: f"[{clock(n)}.123] [{seconds(n):12.6f}] "),
    "github": each(lambda n: f"{CALL}T{clock(n)}.1234567Z "),
    "github-error": each(lambda n: f"{CALL}T{clock(n)}.1234567Z ##[error][{seconds(n):12.6f}] "),
    "jenkins": each(lambda n: f"[{CALL}T{clock(n)}.123Z] "),
    "012": with_012,
    "tabs": each(lambda n: "\t"),
    "none": lambda text: text,
}
"""By name, what makes of a report's text the same in that log."""


def words(text, width):
    """Wrapped where a word ends, as mail programs do."""
    return "\n".join(
        "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))
        for line in text.split("\n")
    )


def column(text, width):
    """Broken at a column whatever stands there, as terminals do."""
    return "\n".join(line[at : at + width] for line in text.split("\n") for at in range(0, max(len(line), 1), width))


def quoted(text):
    """As an answer to a mail has it."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


WIDTHS = (72, 76, 80, 124)
WRAPS = {
    "whole": lambda text: text,
    "quoted": quoted,
    **{f"words{width}": lambda text, width=width: words(text, width) for width in WIDTHS},
    **{f"quoted{width}": lambda text, width=width: quoted(words(text, width)) for width in WIDTHS},
    **{f"column{width}": lambda text, width=width: column(text, width) for width in WIDTHS},
}
"""By name, what happens to the log on its way."""
