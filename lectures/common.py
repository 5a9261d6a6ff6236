"""What the build scripts of this folder share: commands, npm packages, and one sentence when something fails."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; RuntimeError with what it said if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise RuntimeError(f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))} failed:\n{said}")


def npm_package(name: str, folder: Path) -> Path:
    """Unpack one npm package, `name@version`, below this folder; npm checks its hash. Gives where it lies."""
    if shutil.which("npm") is None:
        raise RuntimeError("npm is missing. On Debian and Ubuntu: apt-get install npm")
    run("npm", "pack", "--silent", name, "--pack-destination", folder)
    (archive,) = folder.glob("*.tgz")
    shutil.unpack_archive(archive, folder, filter="data")
    return folder / "package"


def report_errors(what: str, build: Callable[[], None], done: str) -> int:
    """Build and say what was done, or why it was not: the exit status."""
    try:
        build()
    except (OSError, RuntimeError) as error:
        print(f"{what}: {error}", file=sys.stderr)
        return 1
    print(done)
    return 0
