"""Ids that somebody gives beside a roster: in a file of pairs, a table of scores, or by hand."""

import pandas as pd

from revlab.people.cells import BadCellError, Cells
from revlab.privacy.export import plain_cell
from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["given_id", "under_pseudonyms"]

_CELLS = Cells(";")


def given_id(text: str, pseudonyms: Pseudonyms | None) -> str:
    """Return the id under which a cohort has a person.

    Parameters
    ----------
    text : str
        An id as the roster writes it, or a pseudonym.
    pseudonyms : Pseudonyms or None
        Those of the cohort. With ``closed="keep"`` a pseudonym stays what it is, so that files
        with open ids and files with pseudonyms both fit.

    Returns
    -------
    str
        "" stays "".

    Examples
    --------
    >>> names = Pseudonyms(bytes(range(32)), closed="keep")
    >>> given_id(" Ana@Example.org", names), given_id("p_txf27m3hfe", names), given_id("S1", None)
    ('p_txf27m3hfe', 'p_txf27m3hfe', 'S1')
    """
    try:
        plain = _CELLS.person(plain_cell(text)) or ""
    except BadCellError:
        plain = text.strip()
    return plain if pseudonyms is None or not plain else pseudonyms.of(plain)


def under_pseudonyms(
    cells: pd.DataFrame, columns: tuple[str, ...], pseudonyms: Pseudonyms | None
) -> pd.DataFrame:
    """Return a table of text with pseudonyms in some of its columns; without any, the table.

    Parameters
    ----------
    cells : pandas.DataFrame
        As `revlab.cells.read_cells` reads it.
    columns : tuple of str
        Headings of the columns with ids; one that is not there is passed over.
    pseudonyms : Pseudonyms or None
        Those of the cohort.

    Examples
    --------
    >>> names = Pseudonyms(bytes(range(32)), closed="keep")
    >>> pairs = pd.DataFrame({"mentor_id": ["ana@example.org", ""], "score": ["1", "2"]})
    >>> under_pseudonyms(pairs, ("mentor_id", "mentee_id"), names)["mentor_id"].tolist()
    ['p_txf27m3hfe', '']
    """
    if pseudonyms is None:
        return cells
    there = [name for name in columns if name in cells]
    closed = {name: [given_id(str(cell), pseudonyms) for cell in cells[name]] for name in there}
    return cells.assign(**closed)
