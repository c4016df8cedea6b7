"""The TOML file that keeps how a questionnaire is read."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from revlab.errors import Fault, RevlabError, TableError
from revlab.people.answer_words import NO_ANSWER
from revlab.people.questionnaire_mapping import Question, QuestionnaireMapping
from revlab.privacy.export import prepare_target
from revlab.toml_text import toml_entries, toml_key, toml_value

__all__ = ["read_questions", "write_questions"]

_TABLES = ("columns", "fixed", "roles", "questions", "answers", "no_answer")
_KEYS: Mapping[str, type] = {
    "item_id": str, "heading": str, "answers": str, "low": int, "high": int, "reverse": bool,
    "scale": str,
}  # fmt: skip
_KINDS = {str: "a text in quotation marks", int: "a whole number", bool: "true or false"}


def read_questions(path: Path | str) -> QuestionnaireMapping:
    """Read how a questionnaire is read.

    Parameters
    ----------
    path : pathlib.Path or str
        TOML with ``[columns]``, ``[[questions]]`` and, if need be, ``[answers.NAME]``,
        ``[roles]``, ``[fixed]`` and a line ``no_answer = […]``.

    Returns
    -------
    QuestionnaireMapping

    Raises
    ------
    TableError
        With everything that is wrong in the file.

    Examples
    --------
    >>> read_questions("none.toml")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.toml: there is no such file (check the name).
    """
    path = Path(path)
    if not path.is_file():
        raise TableError([Fault(path.name, None, None, "there is no such file", "check the name")])
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        rule = f"is not valid TOML in UTF-8: {error}"
        raise TableError([Fault(path.name, None, None, rule, "correct that line")]) from None
    faults = _shape(document)
    if not faults:
        try:
            return _mapping(document)
        except RevlabError as error:
            faults = [(str(error).rstrip("."), "")]
    raise TableError([Fault(path.name, None, None, *words) for words in faults])


def _shape(document: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return rule and remedy of each key that is unknown or holds the wrong kind of thing."""
    faults = [_unknown("the file", name, _TABLES) for name in document if name not in _TABLES]
    for name, kind in (("columns", str), ("roles", str), ("fixed", (str, int))):
        table = document.get(name, {})
        if not isinstance(table, dict) or not all(isinstance(v, kind) for v in table.values()):
            faults.append((f"[{name}] must be a table of texts", "see the file that was guessed"))
    answers = document.get("answers", {})
    tables = answers.values() if isinstance(answers, dict) else [None]
    for table in tables:
        whole = isinstance(table, dict) and all(type(v) is int for v in table.values())
        if not whole or not table:
            faults.append(("[answers.NAME] must give a whole number to each answer", ""))
    blank = document.get("no_answer", [])
    if not isinstance(blank, list) or not all(isinstance(word, str) for word in blank):
        faults.append(("no_answer must be a list of texts", ""))
    questions = document.get("questions", [])
    if not isinstance(questions, list) or not all(isinstance(one, dict) for one in questions):
        return [*faults, ("'questions' must be a list of tables", "write [[questions]]")]
    for number, one in enumerate(questions, start=1):
        where = f"question {number} ({one.get('item_id', 'without item_id')})"
        faults += [_unknown(where, name, tuple(_KEYS)) for name in one if name not in _KEYS]
        faults += [(f"{where} needs {k!r}", "") for k in ("item_id", "heading") if k not in one]
        wrong = [k for k, kind in _KEYS.items() if k in one and type(one[k]) is not kind]
        faults += [(f"{where}: {k} must be {_KINDS[_KEYS[k]]}", "") for k in wrong]
    return faults


def _unknown(where: str, name: str, options: tuple[str, ...]) -> tuple[str, str]:
    close = get_close_matches(name, options, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"it can have {', '.join(options)}"
    return f"{where} has no key {name!r}", hint


def _mapping(document: Mapping[str, object]) -> QuestionnaireMapping:
    tables = {name: document.get(name, {}) for name in ("columns", "answers", "roles", "fixed")}
    questions = tuple(Question(**one) for one in document.get("questions", ()))  # type: ignore[attr-defined]
    no_answer = tuple(document.get("no_answer", NO_ANSWER))  # type: ignore[var-annotated, arg-type]
    return QuestionnaireMapping(questions=questions, no_answer=no_answer, **tables)  # type: ignore[arg-type]


def write_questions(
    mapping: QuestionnaireMapping, path: Path | str, *, if_exists: str = "refuse"
) -> Path:
    """Write how a questionnaire is read, for a person to correct; notes become comments.

    Parameters
    ----------
    mapping : QuestionnaireMapping
        What to write.
    path : pathlib.Path or str
        Where.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file is there and must not be replaced.
    """
    path = prepare_target(path, if_exists=if_exists)
    lines = [f"# {''.join(c if c.isprintable() else ' ' for c in note)}" for note in mapping.notes]
    lines += [f"no_answer = {toml_value(list(mapping.no_answer))}", "", "[columns]"]
    lines += toml_entries(mapping.columns)
    for name in ("fixed", "roles"):
        if getattr(mapping, name):
            lines += ["", f"[{name}]", *toml_entries(getattr(mapping, name))]
    for one in mapping.questions:
        keys = {name: getattr(one, name) for name in _KEYS}
        lines += ["", "[[questions]]", *toml_entries({k: v for k, v in keys.items() if v != ""})]
    for name, table in mapping.answers.items():
        key = toml_key(name)
        lines += ["", f"[answers.{key}]", *toml_entries(table)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path
