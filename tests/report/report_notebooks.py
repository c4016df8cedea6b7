"""Executed notebooks made by hand, for tests that need no kernel."""

from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from report_frames import estimate, settings, synthetic_frames

from revlab.report.cards import answer_card
from revlab.report.figures import draw
from revlab.report.frames import show
from revlab.report.prose import headline


def shown(view: object, *, count: int = 1, tags: Sequence[str] = ()) -> NotebookNode:
    """Return a code cell whose output is ``view``, as a kernel would store it."""
    bundle = getattr(view, "_repr_mimebundle_", None)
    data = bundle() if bundle else {"text/plain": repr(view)}
    if hasattr(view, "_repr_html_"):
        data["text/html"] = view._repr_html_()
    output = new_output("execute_result", data=data, execution_count=count)
    metadata = {"tags": list(tags)} if tags else {}
    return new_code_cell("view", outputs=[output], execution_count=count, metadata=metadata)


def printed(text: str, name: str = "stdout") -> NotebookNode:
    output = new_output("stream", name=name, text=text)
    return new_code_cell("print(text)", outputs=[output], execution_count=1)


def notebook(*cells: NotebookNode, title: str = "Who with whom?") -> NotebookNode:
    return new_notebook(cells=[new_markdown_cell(f"# {title}"), *cells])


def full_notebook() -> NotebookNode:
    """Return a notebook with a card, a table, a figure, a headline and the five headings."""
    card = answer_card(estimate(), question="Does it help?", margin=0.25, simulated=True)
    frames = synthetic_frames()
    figure = draw("change", frames["change"], simulated=True, settings=settings()["change"])
    return notebook(
        new_markdown_cell("A short introduction."),
        new_markdown_cell("## Question\n\nDoes it *help*?"),
        new_markdown_cell("## Set-up"),
        new_code_cell("SEED = 2026", metadata={"tags": ["parameters"]}, execution_count=1),
        new_markdown_cell("## Run"),
        shown(show(frames["policies"], caption="What each policy gives"), count=2),
        shown(headline("All can be paired."), count=3),
        new_markdown_cell("## Read the result"),
        shown(card, count=4),
        shown(figure, count=5),
        printed("plain words\n"),
        new_markdown_cell("## Limits\n\n- few pairs"),
    )
