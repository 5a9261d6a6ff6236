"""What a notebook of the course must have: goals, prose, predictions, exercises, a panel, a plot, notes, a summary."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from buddylab.course import names

ROOT = Path(__file__).resolve().parents[1]
COURSE = sorted(
    path
    for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")
    if path.name[:2] != "00" or f"{path.name[:2]}." in " ".join(names())
)
SLIDES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
LEAST_WORDS, LEAST_ASKED, LEAST_EXERCISES = 900, 4, 2
CLAIM = re.compile(r"(?:later|newer|since|from|until) (?:Linux|kernels?) (?!2\.6\.21\b)", re.IGNORECASE)
RELEASE = re.compile(
    r"(?:\b(?:from|since|until|with|in|before|after) |[自从到在直] ?)(?:Linux )?(?!2\.6\.21\b)"
    r"[2-6]\.\d{1,2}(?:\.\d{1,2})?\b",
    re.IGNORECASE,
)
RELEASE_AND_COMMIT = re.compile(r"\b[2-9]\.\d+(?:\.\d+)?\b.*\b[0-9a-f]{12,40}\b", re.DOTALL)


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tagged(notebook, tag):
    return [at for at, cell in enumerate(notebook.cells) if tag in cell.metadata.get("tags", [])]


def faults(notebook, number):
    """What a notebook of the course lacks, one sentence each."""
    text = prose(notebook)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    found = [
        f"the first cell has no {wanted}"
        for wanted in ("You will learn", "You need", "Time")
        if f"**{wanted}**" not in notebook.cells[0].source
    ]
    found += [
        f"the last cell has no heading {wanted}"
        for wanted in ("Summary", "In the source")
        if f"## {wanted}" not in notebook.cells[-1].source
    ]
    words = len(re.findall(r"[A-Za-z]{2,}|\d+", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))
    if words < LEAST_WORDS:
        found.append(f"{words} words of prose, at least {LEAST_WORDS} are wanted")
    asked = re.findall(r'ask\("([^"]+)"', code)
    if len(asked) < LEAST_ASKED:
        found.append(f"{len(asked)} predictions, at least {LEAST_ASKED} are wanted")
    if sorted(asked) != sorted(names(number)):
        found.append(f"asks {sorted(asked)}, while the questions are {sorted(names(number))}")
    found += [
        f"{len(tagged(notebook, tag))} cells tagged {tag}, at least {least} wanted"
        for tag, least in (("exercise", LEAST_EXERCISES), ("panel", 1), ("plot", 1), ("check", 1))
        if len(tagged(notebook, tag)) < least
    ]
    found += [
        f"cell {at} is a plot without text after it"
        for at in tagged(notebook, "plot")
        if notebook.cells[at + 1].cell_type != "markdown"
    ]
    found += [
        f"cell {at} is a plot that shows nothing"
        for at in tagged(notebook, "plot")
        if not any(output.output_type == "display_data" for output in notebook.cells[at].get("outputs", []))
    ]
    return found + for_the_lecturer(notebook) + [f"a claim without release and commit: {line}" for line in claims(text)]


def for_the_lecturer(notebook):
    found, minutes = [], 0
    for at, cell in enumerate(notebook.cells):
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        speaker = cell.metadata.get("speaker", {})
        if kind not in SLIDES:
            found.append(f"cell {at} has the slide type {kind}")
        if kind == "slide" and not (speaker.get("minutes", 0) > 0 and speaker.get("notes")):
            found.append(f"cell {at} begins a slide without minutes and notes for the speaker")
        minutes += speaker.get("minutes", 0)
    return found + ([] if 20 <= minutes <= 40 else [f"the minutes add up to {minutes}, not to 20 to 40"])


def claims(text, *kinds):
    """The first lines of the paragraphs that speak of other kernels and name no release and commit."""
    return [
        part.split("\n")[0]
        for part in text.split("\n\n")
        if any(kind.search(part) for kind in kinds or (CLAIM,)) and not RELEASE_AND_COMMIT.search(part)
    ]


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.name)
def test_a_notebook_of_the_course_has_everything(path):
    assert faults(nbformat.read(path, as_version=4), path.name[:2]) == []


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.name)
def test_links_and_anchors_resolve(path):
    text = prose(nbformat.read(path, as_version=4))
    anchors = {heading.strip().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        assert target.startswith("https://") or not file or (path.parent / file).exists(), target
        assert file or anchor in anchors, target


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.name)
def test_names_in_the_source_exist_there_or_in_the_core(path):
    """A name in code under `In the source` is in the annotated excerpt or in buddylab's core."""
    last = nbformat.read(path, as_version=4).cells[-1].source.partition("## In the source")[2]
    core = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "buddylab" / "core").glob("*.py"))
    excerpt = (ROOT / "buddylab" / "commentary" / "alloc_pages_annotated.txt").read_text(encoding="utf-8")
    named = {name.strip("_") for name in re.findall(r"`(\w+)(?:\(\))?`", last)}
    assert named and [name for name in named if name not in core + excerpt] == []


def texts(source):
    """Every text in a module's source as it stands there; for what an f-string fills in stands `{}`."""
    tree = ast.parse(source)
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    within = {id(part) for node in joined for part in ast.walk(node) if part is not node}
    yield from (
        "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        for node in joined
        if id(node) not in within
    )
    yield from (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within
    )


@pytest.mark.parametrize(
    "path", sorted((ROOT / "buddylab" / "course" / "questions").glob("nb*.py")), ids=lambda path: path.name
)
def test_a_question_names_release_and_commit_of_what_it_says_of_other_kernels(path):
    found = [claim for text in texts(path.read_text(encoding="utf-8")) for claim in claims(text, CLAIM, RELEASE)]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('("Pages " "move with 2.6.35.", "到 2.6.35 才有。")', ["Pages move with 2.6.35.", "到 2.6.35 才有。"]),
        ('f"{kind} came " f"since {n} or with 4.4."', ["{} came since {} or with 4.4."]),
        ('"Pages move since 2.6.35 (commit 748446bb6b5a)."', []),
        ('f"in 2.6.21 {n} of 4.8"', []),
    ],
)
def test_a_claim_in_a_question_is_found(source, found):
    assert [claim for text in texts(source) for claim in claims(text, CLAIM, RELEASE)] == found


def complete():
    cells = [nbformat.v4.new_markdown_cell("# T\n**You will learn** **You need** **Time**")]
    cells += [nbformat.v4.new_markdown_cell("word " * 900)]
    cells += [nbformat.v4.new_code_cell(f'ask("{name}")') for name in names("01")]
    cells += [
        nbformat.v4.new_code_cell(
            "x",
            metadata={"tags": ["exercise", "panel", "plot", "check"]},
            outputs=[nbformat.v4.new_output("display_data", {"text/plain": "<Figure>"})],
        )
    ]
    cells += [nbformat.v4.new_markdown_cell("text"), nbformat.v4.new_code_cell("x", metadata={"tags": ["exercise"]})]
    cells += [nbformat.v4.new_markdown_cell("## Summary\n## In the source")]
    for cell in cells:
        cell.metadata.slideshow = {"slide_type": "-"}
    cells[0].metadata |= {"slideshow": {"slide_type": "slide"}, "speaker": {"minutes": 20, "notes": "n"}}
    return nbformat.v4.new_notebook(cells=cells)


def test_a_complete_notebook_has_no_faults():
    assert faults(complete(), "01") == []


@pytest.mark.parametrize(
    ("cell", "change", "fault"),
    [
        (0, {"source": "# T"}, "the first cell has no Time"),
        (1, {"source": "word " * 100}, "words of prose, at least 900"),
        (
            1,
            {"source": "word " * 900 + "\n\nLater kernels do not."},
            "a claim without release and commit: Later kernels",
        ),
        (2, {"source": "pass"}, "asks ["),
        (-2, {"metadata": {"slideshow": {"slide_type": "-"}}}, "1 cells tagged exercise"),
        (-4, {"outputs": []}, "is a plot that shows nothing"),
        (-1, {"source": "## Summary"}, "the last cell has no heading In the source"),
        (0, {"metadata": {"slideshow": {"slide_type": "slide"}}}, "cell 0 begins a slide without minutes"),
        (1, {"metadata": {}}, "cell 1 has the slide type None"),
    ],
)
def test_a_fault_is_found(cell, change, fault):
    notebook = complete()
    notebook.cells[cell].update(nbformat.from_dict(change))
    assert [one for one in faults(notebook, "01") if fault in one], faults(notebook, "01")
