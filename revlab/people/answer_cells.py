"""The cells of a questionnaire: an answer in words or as a number, a role, a survey round."""

import re
from difflib import get_close_matches

from revlab.people.answer_words import answer_key
from revlab.people.cells import BadCellError
from revlab.people.questionnaire_mapping import NUMBERS, Question, QuestionnaireMapping
from revlab.people.sheets import CELL_ERRORS, clean_text

__all__ = ["AnswerReader", "leading_number"]

_NUMBER = re.compile(r"([+-]?\d{1,6})(?:[.,]0+)?")
_LABELLED = re.compile(r"(\d{1,3})\s*(?:[-–—=:.)]\s*|\(\s*)[^\d\s.,].*", re.DOTALL)


def leading_number(text: str) -> int | None:
    """Return the whole number that a cell is or begins with ("4 - agree"), None if there is none.

    Examples
    --------
    >>> [leading_number(text) for text in ("4", "4,0", "4 - agree", "5 (always)", "4.5", "often")]
    [4, 4, 4, 5, None, None]
    """
    found = _NUMBER.fullmatch(text) or _LABELLED.fullmatch(text)
    return int(found[1]) if found else None


class AnswerReader:
    """Reads answers as a mapping says.

    Parameters
    ----------
    mapping : QuestionnaireMapping
        Its tables of words.

    Examples
    --------
    >>> question = Question("q1", "I like my work", "agree", low=1, high=2)
    >>> table = {"agree": {"no": 1, "yes": 2}}
    >>> read = AnswerReader(QuestionnaireMapping({"person_id": "Id"}, (question,), table))
    >>> read("Yes", question), read("n/a", question), read("1", question)
    (2, None, 1)
    """

    def __init__(self, mapping: QuestionnaireMapping):
        self.mapping = mapping
        self.blank = {clean_text(word).casefold() for word in mapping.no_answer}
        self.words = {
            name: {answer_key(word): number for word, number in table.items()}
            for name, table in mapping.answers.items()
        }
        self.roles = {clean_text(k).casefold(): role for k, role in mapping.roles.items()}

    def __call__(self, cell: str, question: Question) -> int | None:
        """Return the number of an answer, None if there is none.

        Parameters
        ----------
        cell : str
            As the file writes it.
        question : Question
            What was asked.

        Raises
        ------
        BadCellError
            If it is no answer to this question.
        """
        text = clean_text(cell)
        if text in CELL_ERRORS and text.casefold() not in self.blank:
            raise BadCellError(f"holds {text!r} instead of an answer", "write the answer itself")
        if not text or text.casefold() in self.blank:
            return None
        table = self.words.get(question.answers, {})
        value = table.get(answer_key(text))
        value = leading_number(text) if value is None else value
        if value is None:
            raise BadCellError(*self._unknown(text, question))
        if not question.low <= value <= question.high:
            rule = f"must be from {question.low} to {question.high}; got {text[:40]!r}"
            raise BadCellError(rule, "correct the cell or `low` and `high` of the question")
        return value

    def _unknown(self, text: str, question: Question) -> tuple[str, str]:
        if question.answers == NUMBERS:
            rule = f"must be a whole number from {question.low} to {question.high}"
            return f"{rule}; got {text[:40]!r}", "correct the cell, or give the question a table"
        table = self.words[question.answers]
        parts = [part for part in re.split(r"[;,]", text) if answer_key(part)]
        if len(parts) > 1 and all(answer_key(part) in table for part in parts):
            return f"holds {len(parts)} answers; got {text[:40]!r}", "keep one of them"
        close = get_close_matches(answer_key(text), list(table), n=1)
        hint = f"did you mean {close[0]!r}? Else " if close else ""
        rule = f"{text[:40]!r} is no answer of [answers.{question.answers}]"
        return rule, f"{hint}add it to that table or to no_answer"

    def role(self, cell: str) -> str | None:
        """Return "mentor" or "mentee", None if the cell is empty."""
        key = clean_text(cell).casefold()
        known = {"mentor": "mentor", "mentee": "mentee", **self.roles}
        if key and key not in known:
            rule = f"must be one of {', '.join(map(repr, known))}; got {cell[:40]!r}"
            raise BadCellError(rule, "add it to [roles] of the mapping")
        return known.get(key)

    def wave(self, cell: str) -> int | None:
        """Return a whole number from 1, None if the cell is empty."""
        text = clean_text(cell)
        number = leading_number(text)
        if text and (number is None or number < 1):
            raise BadCellError(f"must be a whole number from 1; got {text[:40]!r}", "correct it")
        return number
