"""Write the Binder part of the README: a badge and a link for every notebook, from the project's address.

    python binder/links.py

The address stands once, as Repository in [project.urls] of pyproject.toml. While it is not there, the README says how
to set it.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
BINDER = "https://mybinder.org"
HOSTS = {"github.com": "gh", "gitlab.com": "gl"}
"""Where Binder fetches from, and what it calls that in a link."""
BEGIN, END = "<!-- binder: written by `make links` -->", "<!-- /binder -->"
UNSET = """\
In a browser, without installing anything: [Binder](https://mybinder.org) builds what `binder/` says. It needs the
project's public address, which is not set yet. Put it into `pyproject.toml`, run `make links`, and a badge and a link
for every notebook stand here:

```toml
[project.urls]
Repository = "https://github.com/OWNER/REPO"
```"""


def binder_link(repository: str, notebook: str) -> str:
    """The address that opens a notebook on Binder. Raises ValueError for a repository that Binder cannot fetch."""
    parts = urlsplit(repository)
    name = parts.path.strip("/").removesuffix(".git")
    if parts.scheme != "https" or parts.netloc not in HOSTS or not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise ValueError(
            f"Repository must be https://HOST/OWNER/REPO with one of {', '.join(HOSTS)}, not {repository!r}"
        )
    place = quote(f"lab/tree/notebooks/{notebook}", safe="")
    owner = name if HOSTS[parts.netloc] == "gh" else quote(name, safe="")
    return f"{BINDER}/v2/{HOSTS[parts.netloc]}/{owner}/HEAD?urlpath={place}"


def title(notebook: Path) -> str:
    """A notebook's first heading, with its number."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        first = "".join(cell["source"]).partition("\n")[0]
        if first.startswith("# "):
            return first[2:]
    return notebook.stem


def section(repository: str | None, notebooks: list[Path]) -> str:
    """What stands between the marks of the README."""
    if repository is None:
        return UNSET
    start = binder_link(repository, notebooks[0].name)
    links = [f"[{title(path)}]({binder_link(repository, path.name)})" for path in notebooks]
    return (
        f"[![Binder]({BINDER}/badge_logo.svg)]({start}) opens the start notebook in a browser, without installing "
        "anything. Each notebook there:\n\n" + " · ".join(links)
    )


def renewed(readme: str) -> str:
    """The README with its Binder part as it should be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    part = section(project.get("urls", {}).get("Repository"), sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n{part}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    file = ROOT / "README.md"
    try:
        file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
    except ValueError as error:
        sys.exit(f"The README was not changed: {error}")
