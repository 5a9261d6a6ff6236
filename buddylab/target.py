"""Where a file goes that is written: never over one that nobody said may go, and never half."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from buddylab.said import Said


class ExportError(OSError):
    """What could not be written, and why, in one sentence. Nothing half was left behind."""

    def __init__(self, en: str, zh: str) -> None:
        """The English is the exception's text; `said` has both."""
        super().__init__(en)
        self.said = Said(en, zh)


def check(path: str | os.PathLike[str], overwrite: bool) -> Path:
    """The target's own place (links followed), before work is spent on it.

    Raises ExportError if it exists (unless overwrite), is a folder, or lies in a folder that does not exist.
    """
    target = Path(path).resolve()
    if target.is_dir():
        raise ExportError(
            f"{path} is a folder: give the name of a file in it", f"{path} 是文件夹：请给出其中一个文件的名字"
        )
    if target.exists() and not overwrite:
        raise ExportError(
            f"{path} exists and was left as it is: choose another name, or say that it may "
            "be overwritten (--force; in Python overwrite=True)",
            f"{path} 已存在，未改动：请另选名字，或写明可以覆盖（--force；在 Python 中 overwrite=True）",
        )
    if not target.parent.is_dir():
        raise ExportError(
            f"{path} cannot be written: there is no folder {target.parent}",
            f"{path} 无法写入：没有文件夹 {target.parent}",
        )
    return target


def save(path: str | os.PathLike[str], content: str | bytes, overwrite: bool = False) -> Path:
    """Write all of it or nothing: beside the target first, then in its place. Returns the target.

    A device or a pipe is written to as it is. Raises ExportError with the reason.
    """
    target = check(path, overwrite)
    data = content.encode() if isinstance(content, str) else content
    special = target.exists() and not target.is_file()
    beside = target if special else target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _write(beside, data)
        if not special:
            os.replace(beside, target)
    except OSError as error:
        reason = error.strerror or error
        raise ExportError(
            f"{path} could not be written: {reason}; nothing was left behind",
            f"{path} 无法写入：{reason}；没有留下任何东西",
        ) from error
    finally:
        if not special:
            with suppress(OSError):  # it has moved to its place, or the disk that failed keeps it from going
                beside.unlink(missing_ok=True)
    return target


def _write(place: Path, data: bytes) -> None:
    """To the disk, not only to its cache: a full disk may say so as late as that."""
    with open(place, "wb") as file:
        file.write(data)
        file.flush()
        if place.is_file():
            os.fsync(file.fileno())
