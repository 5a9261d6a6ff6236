"""That what is heard and seen of a notebook in Lab would tell of a failure."""


def failures(cells):
    """What went wrong in each code cell: it did not run, it shows an error, it wrote to stderr."""
    found = []
    for number, cell in enumerate((cell for cell in cells if cell["cell_type"] == "code"), 1):
        if cell["execution_count"] != number:
            found.append(f"code cell {number} did not run")
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                found.append(f"code cell {number}: {output['evalue']}")
            elif output.get("name") == "stderr":
                found.append(f"code cell {number} warns: {output['text']}")
    return found


def test_a_failing_cell_is_seen(write_notebook, open_tab):
    write_notebook("failing.ipynb", "import sys; print('psst', file=sys.stderr)", "1 / 0", "2 + 2")
    shown = open_tab("failing.ipynb")
    shown.run_all()
    assert failures(shown.cells()) == [
        "code cell 1 warns: psst\n",
        "code cell 2: division by zero",
        "code cell 3 did not run",
    ]


def test_committed_outputs_do_not_pass_for_a_run(write_notebook, open_tab):
    write_notebook("once.ipynb", "n = 1 + 1", "print(n)")
    shown = open_tab("once.ipynb")
    shown.run_all()
    assert failures(shown.cells()) == []
    shown.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    assert failures(shown.cells()) == ["code cell 1 did not run", "code cell 2 did not run"]


def test_a_request_outside_and_an_error_are_heard(write_notebook, open_tab):
    write_notebook("calling.ipynb", "1 + 1")
    shown = open_tab("calling.ipynb")
    shown.page.evaluate("() => fetch('http://127.0.0.1:9/').catch(() => console.error('refused'))")
    shown.page.evaluate("() => { setTimeout(() => { throw new Error('thrown') }) }")
    shown.page.wait_for_timeout(200)
    assert shown.outside == ["http://127.0.0.1:9/"]
    assert any("refused" in error for error in shown.errors)
    assert any("thrown" in error for error in shown.errors)
