"""The words of common answer scales and their numbers: a stated table that a mapping can edit."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from revlab.people.sheets import clean_text

__all__ = ["ANSWER_SCALES", "NO_ANSWER", "AnswerScale", "answer_key", "scales_of"]

_ENDS = {
    "disagree2": ("strongly disagree|stimme überhaupt nicht zu|stimme gar nicht zu|trifft überhaupt"
                  " nicht zu|trifft gar nicht zu|pas du tout d'accord|totalmente en desacuerdo"),
    "disagree1": "disagree|stimme nicht zu|trifft nicht zu|stimme eher nicht zu|trifft eher nicht "
                 "zu|rather disagree|pas d'accord|plutôt pas d'accord|en desacuerdo",
    "middle": "neither agree nor disagree|neutral|neither|undecided|teils teils|weder noch|"
              "unentschieden|neutre|ni d'accord ni pas d'accord|ni de acuerdo ni en desacuerdo",
    "agree1": "agree|stimme zu|stimme eher zu|trifft zu|trifft eher zu|rather agree|d'accord|"
              "plutôt d'accord|de acuerdo",
    "agree2": "strongly agree|stimme voll und ganz zu|stimme völlig zu|stimme voll zu|trifft voll "
              "und ganz zu|trifft völlig zu|trifft voll zu|tout à fait d'accord|totalmente de "
              "acuerdo",
}  # fmt: skip
_RATHER = ["stimme nicht zu|trifft nicht zu", "stimme eher nicht zu|trifft eher nicht zu"]
_RATHER += ["stimme eher zu|trifft eher zu", "stimme zu|trifft zu"]
_SCALES = {
    "agreement_4": [_ENDS[name] for name in ("disagree2", "disagree1", "agree1", "agree2")],
    "agreement_5": list(_ENDS.values()),
    "agreement_7": [
        "strongly disagree", "disagree|mostly disagree", "somewhat disagree|slightly disagree",
        _ENDS["middle"], "somewhat agree|slightly agree", "agree|mostly agree", "strongly agree",
    ],
    "rather_agree_4": _RATHER,
    "rather_agree_5": [*_RATHER[:2], _ENDS["middle"], *_RATHER[2:]],
    "frequency_5": [
        "never|nie|niemals|jamais|nunca", "rarely|seldom|selten|rarement|raramente",
        "sometimes|manchmal|gelegentlich|parfois|a veces", "often|oft|häufig|souvent|a menudo",
        "always|very often|immer|sehr oft|toujours|siempre",
    ],
    "confidence_5": [
        "not at all confident|not confident at all|gar nicht sicher|überhaupt nicht sicher",
        "slightly confident|a little confident|wenig sicher|kaum sicher",
        "somewhat confident|moderately confident|mittelmäßig sicher|teilweise sicher",
        "confident|quite confident|fairly confident|ziemlich sicher|eher sicher",
        "very confident|extremely confident|completely confident|sehr sicher|völlig sicher",
    ],
    "satisfaction_5": [
        "very dissatisfied|sehr unzufrieden", "dissatisfied|unzufrieden|eher unzufrieden",
        "neither satisfied nor dissatisfied|neutral|teils teils|weder noch",
        "satisfied|zufrieden|eher zufrieden", "very satisfied|sehr zufrieden",
    ],
    "quality_5": [
        "very poor|very bad|sehr schlecht", "poor|bad|schlecht", "fair|average|mittelmäßig|mittel",
        "good|gut", "very good|excellent|sehr gut",
    ],
    "extent_5": [
        "not at all|gar nicht|überhaupt nicht|pas du tout", "a little|slightly|wenig|kaum|un peu",
        "moderately|somewhat|mittelmäßig|teilweise|moyennement",
        "quite a bit|a lot|very much|ziemlich|beaucoup", "extremely|a great deal|sehr|énormément",
    ],
    "yes_no": ["no|nein|non", "yes|ja|oui|sí"],
}  # fmt: skip


@dataclass(frozen=True)
class AnswerScale:
    """The words of one answer scale.

    Parameters
    ----------
    name : str
        For instance "agreement_5".
    values : mapping of str to int
        Answer, as `answer_key` writes it, to its number.
    """

    name: str
    values: Mapping[str, int]

    @property
    def low(self) -> int:
        """The smallest number."""
        return min(self.values.values())

    @property
    def high(self) -> int:
        """The largest number."""
        return max(self.values.values())


def answer_key(text: str) -> str:
    """Return what two spellings of one answer have in common.

    Examples
    --------
    >>> answer_key(" Strongly  AGREE. "), answer_key("Teils/teils")
    ('strongly agree', 'teils teils')
    """
    words = re.sub(r"[^\w']+", " ", clean_text(text).casefold().replace("\u2019", "'"))
    return " ".join(words.replace("_", " ").split())


def _scale(name: str, steps: list[str]) -> AnswerScale:
    low = 0 if name == "yes_no" else 1
    words = {
        answer_key(word): number
        for number, step in enumerate(steps, start=low)
        for word in step.split("|")
    }
    return AnswerScale(name, MappingProxyType(words))


ANSWER_SCALES: Mapping[str, AnswerScale] = MappingProxyType(
    {name: _scale(name, steps) for name, steps in _SCALES.items()}
)
"""English, German, French and Spanish words for answers; no and yes are 0 and 1, others from 1."""

NO_ANSWER = (
    "n/a", "na", "not applicable", "don't know", "do not know", "prefer not to say", "no answer",
    "rather not say", "keine angabe", "k. a.", "weiß nicht", "sans réponse", "ns/nc", "-", "#n/a",
)  # fmt: skip
"""Cells that are no answer; an empty cell is none either."""


def scales_of(answers: Collection[str]) -> tuple[AnswerScale, ...]:
    """Return the scales that know all of these answers; empty if no scale does.

    A scale that gives two of the answers one number does not know them.

    Examples
    --------
    >>> [scale.name for scale in scales_of(["Agree", "Strongly agree", "Neutral"])]
    ['agreement_5', 'agreement_7']
    """
    keys = {answer_key(answer) for answer in answers}
    known = [scale for scale in ANSWER_SCALES.values() if keys and keys <= set(scale.values)]
    return tuple(s for s in known if len({s.values[key] for key in keys}) == len(keys))
