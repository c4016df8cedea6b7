"""Where the files that come with revlab are, in a checkout and in an installed package."""

from pathlib import Path

from revlab.errors import RevlabError

__all__ = ["shipped"]

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the path of a shipped file or folder, for instance ``"data/evidence.csv"``.

    Raises
    ------
    RevlabError
        If nothing of that name is shipped.

    Examples
    --------
    >>> shipped("data").name
    'data'
    """
    for root in (_PACKAGE / "_shipped", _PACKAGE.parent):
        path = root / name
        if path.exists():
            return path
    raise RevlabError(f"revlab ships no {name!r}; reinstall it or clone the repository again.")
