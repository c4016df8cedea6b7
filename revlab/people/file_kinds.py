"""What a file is, whatever its name says: refused in words before anything is read."""

from pathlib import Path

__all__ = ["BOOK_SUFFIXES", "TEXT_SUFFIXES", "no_text_table", "refusal"]

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})

_SAVE = "save it as .xlsx or as CSV UTF-8"
_OLD = ("is an old .xls workbook or has a password", "save it as .xlsx without one")
_ZIP = ("is a workbook or another packed file, not CSV", "rename it to .xlsx")
_STARTS = (
    (b"%PDF", ("is a PDF, not a table", "export the table itself as CSV or .xlsx")),
    (b"{\\rtf", ("is a text document, not a table", _SAVE)),
    (b"\xd0\xcf\x11\xe0", _OLD),
    (b"PK\x03\x04", _ZIP),
    (b"PK\x05\x06", _ZIP),
    (b"\x1f\x8b", ("is packed (gzip)", "unpack it first")),
)
_WEB = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<body")


def refusal(path: Path, *, max_bytes: int) -> tuple[str, str] | None:
    """Return rule and remedy if the file cannot be read by its kind or size, else None.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    max_bytes : int
        Largest size.

    Examples
    --------
    >>> refusal(Path("staff.docx"), max_bytes=10)
    ('there is no such file', 'check the name')
    """
    if path.is_dir():
        return "is a folder, not a file", "give the files in it, or the folder alone"
    if path.is_symlink() and not path.exists():
        return "points to a file that is not there", "give the file itself"
    if not path.is_file():
        what = "is no ordinary file" if path.exists() else "there is no such file"
        return what, "check the name"
    if path.suffix.lower() not in TEXT_SUFFIXES | BOOK_SUFFIXES:
        kind = path.suffix or "no ending"
        return f"a file of this kind ({kind}) cannot be read", _SAVE
    size = path.stat().st_size
    if size > max_bytes:
        return f"is {size / 1e6:.0f} MB; at most {max_bytes / 1e6:.0f} are read", "split it"
    return None


def no_text_table(raw: bytes) -> tuple[str, str] | None:
    """Return rule and remedy if bytes that should be CSV are something else, else None.

    Parameters
    ----------
    raw : bytes
        The whole file.

    Examples
    --------
    >>> no_text_table(b"%PDF-1.7 ...")[0], no_text_table(b"id,unit") is None
    ('is a PDF, not a table', True)
    """
    for start, words in _STARTS:
        if raw.startswith(start):
            return words
    head = raw[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(_WEB):
        return "is a web page or XML, not a table", f"open it and {_SAVE}"
    if head[:1] in (b"{", b"[") and head[1:].lstrip()[:1] in (b'"', b"{", b"[", b"}", b"]"):
        return "holds JSON, not a table", _SAVE
    return None
