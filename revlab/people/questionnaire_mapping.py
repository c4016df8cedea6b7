"""`QuestionnaireMapping`: which heading of a questionnaire is which question, and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from revlab.errors import RevlabError, must, one_of
from revlab.people.answer_words import NO_ANSWER, answer_key

__all__ = ["NUMBERS", "PERSON_FIELDS", "Question", "QuestionnaireMapping", "describe_questions"]

NUMBERS = "numbers"
"""The answers of a question that are numbers themselves, also "4 - agree"."""

PERSON_FIELDS: Mapping[str, str] = {
    "person_id": "what tells people apart (staff number or e-mail address)",
    "role": "mentor (junior) or mentee (senior)",
    "dyad_id": "dyad: one mentor-mentee pair",
    "wave": "survey round, a whole number from 1",
}
"""What a column of a questionnaire says about who answers; only person_id is needed."""

_ROLES = ("mentor", "mentee")


@dataclass(frozen=True)
class Question:
    """One question.

    Parameters
    ----------
    item_id : str
        Short name of the question.
    heading : str
        As the file writes it; compared without regard to case and spaces.
    answers : str
        "numbers", or the name of a table of words in the mapping.
    low, high : int
        Smallest and largest number of an answer.
    reverse : bool
        Whether a large answer means a small score.
    scale : str
        The scale that it belongs to, or "".
    """

    item_id: str
    heading: str
    answers: str = NUMBERS
    low: int = 1
    high: int = 5
    reverse: bool = False
    scale: str = ""


@dataclass(frozen=True)
class QuestionnaireMapping:
    """How to read a questionnaire: nothing in the files has to be edited.

    Parameters
    ----------
    columns : mapping of str to str
        A field of `PERSON_FIELDS` to its heading.
    questions : tuple of Question
        In the order of the file; columns that none of them names are not read.
    answers : mapping of str to mapping of str to int
        Tables of answers: word to number.
    roles : mapping of str to str
        What the cells of the role column mean: "mentor" or "mentee".
    fixed : mapping of str to object
        ``role`` and ``wave`` of all answers, if no column says them; ``person_id = "row"`` if
        nobody can be told apart, so that each row is a person of its own.
    no_answer : tuple of str
        Cells that are no answer.
    notes : tuple of str
        What was guessed; no part of the mapping's equality or file.

    Raises
    ------
    RevlabError
        If the parts contradict each other.

    Examples
    --------
    >>> QuestionnaireMapping(columns={"person_id": "Email"}, questions=(Question("dc1", "Q1"),))
    QuestionnaireMapping of 1 questions
    """

    columns: Mapping[str, str]
    questions: tuple[Question, ...]
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, object] = field(default_factory=dict)
    no_answer: tuple[str, ...] = NO_ANSWER
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        for name in self.columns:
            one_of("[columns]", name, list(PERSON_FIELDS))
        for name in self.fixed:
            one_of("[fixed]", name, ("role", "wave", "person_id"))
        by_row = self.fixed.get("person_id") == "row"
        must(
            by_row != ("person_id" in self.columns),
            "[columns] must name the heading of 'person_id', or [fixed] say person_id = \"row\".",
        )
        must(bool(self.questions), "a questionnaire needs at least one [[questions]].")
        if "role" in self.fixed:
            one_of("[fixed] role", str(self.fixed["role"]), _ROLES)
        wave = self.fixed.get("wave", 1)
        whole = isinstance(wave, int) and not isinstance(wave, bool) and wave >= 1
        must(whole, f"[fixed] wave must be a whole number from 1; got {wave!r}.")
        for said, role in self.roles.items():
            one_of(f"[roles] {said!r}", role, _ROLES)
        self._check_questions()

    def _check_questions(self) -> None:
        seen: set[str] = set()
        for one in self.questions:
            must(bool(one.item_id), "a question has no item_id.")
            must(one.item_id not in seen, f"two questions have the item_id {one.item_id!r}.")
            seen.add(one.item_id)
            must(one.low < one.high, f"question {one.item_id!r}: `low` must be less than `high`.")
            if one.answers != NUMBERS:
                one_of(f"answers of {one.item_id}", one.answers, [NUMBERS, *self.answers])
        for name, table in self.answers.items():
            keys = [answer_key(word) for word in table]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            must(not twice, f"[answers.{name}] lists {', '.join(twice)} twice.", RevlabError)

    def __repr__(self) -> str:
        return f"QuestionnaireMapping of {len(self.questions)} questions"


def _step(number: int, words: list[str]) -> str:
    more = f" (and {len(words) - 1} more)" if len(words) > 1 else ""
    return f"{number} = {words[0]}{more}"


def describe_questions(mapping: QuestionnaireMapping) -> str:
    """Return the mapping as a plain table, to be confirmed by a person.

    Examples
    --------
    >>> question = Question("dc1", "I can use a shared calendar", "agreement_5", reverse=True)
    >>> answers = {"agreement_5": {"disagree": 1, "agree": 2}}
    >>> print(describe_questions(QuestionnaireMapping({"person_id": "Id"}, (question,), answers)))
    person_id  'Id'
    dc1        'I can use a shared calendar'; 1 to 5 by agreement_5; reversed
    agreement_5: 1 = disagree, 2 = agree
    """
    rows = [(name, repr(head)) for name, head in mapping.columns.items()]
    rows += [(name, f"always {value}") for name, value in mapping.fixed.items()]
    for one in mapping.questions:
        words = f"{one.heading!r}; {one.low} to {one.high} by {one.answers}"
        words += f"; scale {one.scale}" if one.scale else ""
        rows.append((one.item_id, words + ("; reversed" if one.reverse else "")))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {words}" for name, words in rows]
    if mapping.roles:
        lines.append("roles: " + ", ".join(f"{k} = {v}" for k, v in mapping.roles.items()))
    for name, table in mapping.answers.items():
        steps: dict[int, list[str]] = {}
        for word, number in table.items():
            steps.setdefault(number, []).append(word)
        lines.append(f"{name}: " + ", ".join(_step(*one) for one in sorted(steps.items())))
    return "\n".join([*lines, *(f"note: {note}" for note in mapping.notes)])
