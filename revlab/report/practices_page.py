"""The table of practices as a document: what programmes do and claim, and what answers each."""

import pandas as pd

from revlab.fieldwork.practices import ANSWERS, SECTIONS, practices

__all__ = ["practices_page"]

_HEAD = """# What programmes do and claim, and where revlab answers it

Made from [`data/practices.csv`](../data/practices.csv) by `revlab refresh`; a test holds the two
together, looks up every name in it, and fails for a test or a notebook section that is not there.

{counts}

| | practice, claim or worry | set or computed by | varied | measured | answered by | answer |
|---|---|---|---|---|---|---|
"""


def practices_page() -> str:
    """Return the table of practices as Markdown.

    Examples
    --------
    >>> practices_page().splitlines()[0]
    '# What programmes do and claim, and where revlab answers it'
    """
    table = practices()
    counts = table["answer"].value_counts()
    said = [f"- **{name}** ({counts.get(name, 0)}): {words}" for name, words in ANSWERS.items()]
    parts = ", ".join(f"{code} {name}" for code, name in SECTIONS.items())
    head = _HEAD.format(counts="\n".join([*said, "", f"Parts: {parts}."]))
    return head + "".join(f"| {' | '.join(_cells(row))} |\n" for _, row in table.iterrows())


def _cells(row: pd.Series) -> list[str]:
    why = row["why"]
    told = f"**{row['answer']}**" + (f": {why}" if isinstance(why, str) and why else "")
    cells = [
        row["practice_id"],
        f"{row['practice']} ({', '.join(row['sections'])})",
        _code(row["parameter"], drop="revlab."),
        row["policy"],
        row["outcome"],
        _code(row["answered_by"], drop="notebook:"),
        told,
    ]
    return [cell.replace("|", "\\|") if isinstance(cell, str) else "" for cell in cells]


def _code(names: tuple[str, ...], *, drop: str) -> str:
    return "<br>".join(f"`{name.removeprefix(drop)}`" for name in names)
