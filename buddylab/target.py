"""Where a file goes that is written: never over one that nobody said may go, and never half."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


class ExportError(OSError):
    """What could not be written, and why, in one sentence. Nothing half was left behind."""


def check(path: str | os.PathLike[str], overwrite: bool) -> Path:
    """The target's own place (links followed), before work is spent on it.

    Raises ExportError if it exists (unless overwrite), is a folder, or lies in a folder that does not exist.
    """
    target = Path(path).resolve()
    if target.is_dir():
        raise ExportError(f"{path} is a folder: give the name of a file in it")
    if target.exists() and not overwrite:
        raise ExportError(
            f"{path} exists and was left as it is: choose another name, or say that it may "
            "be overwritten (--force; in Python overwrite=True)"
        )
    if not target.parent.is_dir():
        raise ExportError(f"{path} cannot be written: there is no folder {target.parent}")
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
        raise ExportError(f"{path} could not be written: {error.strerror or error}; nothing was left behind") from error
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
