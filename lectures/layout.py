"""Lay an executed notebook out on slides of 1280 x 720: what does not fit goes on below, on subslides.

A notebook's cells say where a slide begins (`slideshow.slide_type`); everything up to the next one belongs to it. Here
the long ones are cut between paragraphs and cells, by heights that are estimated from text and widgets; the deck itself
makes smaller or larger what is not as high as estimated. A heading begins a slide, a question ends one: the hall
predicts before it sees what follows. The speaker's notes, the minutes and the answers go where `S` shows them. The code
of a cell that shows a widget or a picture stays in the notebook.
"""

import html
import re
from collections.abc import Iterator
from math import ceil
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from buddylab.core import gfp
from buddylab.course.questions import find

ROOM = 690
"""Pixels of a slide that may be filled."""
LAST = 1.12
"""So much more may be filled if it is the rest: the deck makes it smaller, and no line stands alone."""
LINE, MONO, GAP = 34, 27, 20
"""Pixels of a line of text, a line of code or output, and between two things."""
LETTERS, LETTERS_MONO = 100, 120
"""Letters that fit into a line."""
PICTURE = 600
WIDGETS = {"Explorer": ROOM, "Clinic": ROOM, "AskedQuestion": 90, "GridBoxModel": 170}
"""How high a widget is, by its class; a question has its fields besides."""
OTHER_WIDGET, PROGRESS = 600, "FloatProgressModel"
VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
FENCE = re.compile(r"^```[\s\S]*?^```.*$\n?", re.MULTILINE)
"""Code in a text, with the lines that fence it."""
SHOWN = ("slide", "subslide", "fragment")
BREAKS = ("slide", "subslide")

Cell = nbformat.NotebookNode


def kind_of(cell: Cell) -> str:
    """What its metadata say: slide, subslide, fragment, skip, notes, or nothing."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def is_deck(notebook: nbformat.NotebookNode) -> bool:
    """Whether any of its cells is meant for a slide."""
    return any(kind_of(cell) in SHOWN for cell in notebook.cells)


def lay_out(notebook: nbformat.NotebookNode) -> None:
    """Cut what does not fit into subslides, in place. Checks of a student's work stay in the notebook."""
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    notebook.cells = [cell for title, group in grouped(notebook.cells, models) for cell in spread(title, group, models)]


def grouped(cells: list[Cell], models: dict[str, Any]) -> Iterator[tuple[str, list[Cell]]]:
    """Titles and what stands below them, up to the next one or, with the notes that belong to it, up to a question."""
    title, group, asked = "", list[Cell](), False
    for cell in without_checks(cells):
        drop_progress(cell, models)
        for piece in [*pieces(cell, models), *answers(cell, models)]:
            begins = kind_of(piece) in BREAKS
            if begins or asked and kind_of(piece) != "notes":
                yield title, group
                title, group, asked = heading(piece) or title, [], False
                if not begins:
                    group.append(goes_on(title))
            group.append(piece)
            asked = asked or bool(asked_of(piece, models))
    yield title, group


def without_checks(cells: list[Cell]) -> Iterator[Cell]:
    """All cells but those that check what a student did, and the words below a picture that is empty on a slide."""
    empty = False
    for cell in cells:
        if cell.cell_type == "code":
            empty = "first_difference(" in cell.source
        if cell.source.startswith("## Check"):
            continue
        if not (empty or "check" in cell.metadata.get("tags", []) or kind_of(cell) == "skip"):
            yield cell
        elif cell.cell_type == "markdown" and not cell.source.startswith("*In words"):
            empty = False
            yield cell


def spread(title: str, group: list[Cell], models: dict[str, Any]) -> list[Cell]:
    """The pieces of one slide, with a subslide begun wherever the next piece does not fit."""
    tall = [0 if kind_of(piece) == "notes" else height(piece, models) for piece in group]
    laid: list[Cell] = []
    used = 0
    for at, piece in enumerate(group):
        if used and used + tall[at] > ROOM and used + sum(tall[at:]) > LAST * ROOM:
            laid, carried = carry(laid, piece, models)
            if laid[-1].source == goes_on(title).source:
                del laid[-1]
            laid += [goes_on(title), *carried]
            used = LINE + sum(height(one, models) for one in carried)
        if laid and kind_of(laid[-1]) == "subslide" and kind_of(piece) == "fragment":
            set_kind(piece, "-")  # with nothing before it, it would be an empty slide
        laid.append(piece)
        used += tall[at]
    return laid


def pieces(cell: Cell, models: dict[str, Any]) -> list[Cell]:
    """A text as its paragraphs, lists and tables, a heading with what follows it; long code and its output.

    What stands before a heading still belongs to the slide before.
    """
    if cell.cell_type != "markdown" or kind_of(cell) == "notes":
        if shows(cell):
            hide_input(cell)
        elif cell.cell_type == "code" and cell.outputs and height(cell, models) > ROOM:
            output = hide_input(new_code_cell(outputs=cell.outputs))
            cell.outputs = []
            return [cell, *notes(cell), output]
        return [cell, *notes(cell)]
    # A blank line in code ends no paragraph.
    source = re.sub(FENCE, lambda code: code[0].replace("\n\n", "\n\0\n"), cell.source.strip())
    blocks = [block.replace("\0", "") for block in re.split(r"\n\s*\n(?=\S)(?![-*+] |\d+\. )", source)]
    for at in range(len(blocks) - 2, -1, -1):
        if re.fullmatch(r"#+ .*", blocks[at]):
            blocks[at : at + 2] = [f"{blocks[at]}\n\n{blocks[at + 1]}"]
    cells = [new_markdown_cell(block) for block in blocks]
    first = next((at for at, one in enumerate(cells) if heading(one)), 0)
    for at, one in enumerate(cells):
        set_kind(one, kind_of(cell) if at == first else "subslide" if heading(one) else "-")
    return [*cells[: first + 1], *notes(cell), *cells[first + 1 :]]


def hide_input(cell: Cell) -> Cell:
    """The cell, without its code on the slide."""
    cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), "hide-input"})
    return cell


def shows(cell: Cell) -> bool:
    """Whether a cell shows a widget or a picture."""
    return any({VIEW, "image/png"} & set(output.get("data", ())) for output in cell.get("outputs", ()))


def carry(laid: list[Cell], piece: Cell, models: dict[str, Any]) -> tuple[list[Cell], list[Cell]]:
    """The last paragraph goes along to the next slide if it leads up to what goes there, and both fit."""
    last = laid[-1]
    leads = last.cell_type == "markdown" and kind_of(last) == "-" and piece.cell_type == "code"
    if leads and height(last, models) + height(piece, models) + LINE <= ROOM * LAST:
        return laid[:-1], [last]
    return laid, []


def goes_on(title: str) -> Cell:
    """A small line that begins a subslide and says what is continued."""
    line = new_markdown_cell(f'<p class="goes-on">{html.escape(title)}</p>')
    set_kind(line, "subslide")
    return line


def set_kind(cell: Cell, kind: str) -> None:
    """Say where a cell goes."""
    cell.metadata["slideshow"] = {"slide_type": kind}


def heading(cell: Cell) -> str:
    """The first heading of a text, or nothing."""
    found = re.search(r"^#+ (.*)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
    return found[1] if found else ""


def notes(cell: Cell) -> list[Cell]:
    """The speaker's notes of a cell, with its minutes."""
    speaker = cell.metadata.get("speaker", {})
    return [note(f"*{speaker.get('minutes', '?')} min.* {speaker.get('notes', '')}")] if speaker else []


def answers(cell: Cell, models: dict[str, Any]) -> list[Cell]:
    """What the speaker needs when a cell asks: the right answer, and why."""
    found = []
    for state in asked_of(cell, models):
        question = find(state["asked"]["id"], state["seed"])
        found.append(note(f"*Answer:* {in_words(question.answer(), question)}. {question.right[0]}"))
    return found


def in_words(answer: Any, question: Any) -> str:
    """An answer as the lecturer says it: a choice's text, a mask's names, free lists order by order."""
    if question.kind == "choice":
        return f"“{dict(question.choices)[answer][0]}”"
    if question.kind == "mask":
        return f"`{gfp.gfp_str(answer)}`"
    if question.kind == "lists":
        return "; ".join(
            f"order {order}: {' '.join(map(str, pfns)) or 'empty'}"
            for order, pfns in zip(question.orders, answer, strict=False)
        )
    return f"{answer} {question.unit[0]}".strip()


def note(text: str) -> Cell:
    """A cell that the speaker alone sees."""
    cell = new_markdown_cell(text)
    set_kind(cell, "notes")
    return cell


def states(cell: Cell, models: dict[str, Any]) -> list[dict[str, Any]]:
    """What the widgets that a cell shows are made of."""
    views = [output.data[VIEW]["model_id"] for output in cell.get("outputs", ()) if VIEW in output.get("data", {})]
    return [models.get(view, {}).get("state", {}) for view in views]


def asked_of(cell: Cell, models: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions among them."""
    return [state for state in states(cell, models) if "kind" in state.get("asked", ())]


def drop_progress(cell: Cell, models: dict[str, Any]) -> None:
    """A bar that is full by now says nothing."""

    def full(output: Cell) -> bool:
        view = output.get("data", {}).get(VIEW, {}).get("model_id")
        return models.get(view, {}).get("model_name") == PROGRESS

    if cell.cell_type == "code":
        cell.outputs = [output for output in cell.outputs if not full(output)]


def height(cell: Cell, models: dict[str, Any]) -> int:
    """How much of a slide a cell will take, in pixels, about."""
    if cell.cell_type == "markdown":
        text, code = re.sub(FENCE, "\n", cell.source), "".join(re.findall(FENCE, cell.source))
        joined = re.sub(r"(?<=\S)\n(?!\s*([-*+|#>] |\d+\. |\||\n))", " ", text)
        return sum(map(text_height, joined.splitlines())) + MONO * len(code.splitlines()) + GAP
    code = 0 if "hide-input" in cell.metadata.get("tags", []) else MONO * len(cell.source.splitlines()) + 2 * GAP
    return code + sum(output_height(output, models) for output in cell.outputs)


def text_height(line: str) -> int:
    """One line of Markdown's source, which is a paragraph, an item of a list, a row of a table or a heading."""
    if line.startswith("#"):
        return 2 * LINE
    return LINE * ceil(len(line) / LETTERS) if line.strip() else GAP


def output_height(output: Cell, models: dict[str, Any]) -> int:
    """One output: a widget, a picture or text."""
    data = output.get("data", {})
    if VIEW in data:
        return widget_height(models.get(data[VIEW]["model_id"], {}))
    if "image/png" in data:
        return PICTURE
    lines = (output.get("text") or data.get("text/plain", "")).splitlines()
    return MONO * sum(max(1, ceil(len(line) / LETTERS_MONO)) for line in lines) + GAP


def widget_height(model: dict[str, Any]) -> int:
    """One widget, by its class; a question by its fields."""
    state = model.get("state", {})
    name = state.get("_anywidget_id", model.get("model_name", "")).rpartition(".")[2]
    asked = state.get("asked")
    if not asked or "kind" not in asked:
        return WIDGETS.get(name, OTHER_WIDGET)
    fields = {"choice": len(asked["choices"]), "lists": len(asked["orders"])}.get(asked["kind"], 1)
    return WIDGETS[name] + LINE * ceil(len(asked["text"][0]) / 85) + 38 * fields
