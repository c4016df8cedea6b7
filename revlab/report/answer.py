"""`AnswerCard`: one question, one short answer, and all that is needed to judge it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape

from revlab.errors import must, one_of
from revlab.inference.estimate import Estimate
from revlab.report.caveats import Caveat, Situation, caveats_for
from revlab.report.prose import typeset
from revlab.report.quantities import word_odds

__all__ = ["STATUSES", "AnswerCard"]

STATUSES: Mapping[str, str] = {
    "primary": "Primary question, set in the plan",
    "secondary": "Secondary question, set in the plan",
    "exploratory": "Exploratory, not in the plan",
    "": "",
}
"""Status -> the words on the card; "" for a card that answers no question of a plan."""

_MOST_WORDS = 25
_FRAME = "border:1px solid #8a94a0;border-left:6px solid #1f5f8b;border-radius:6px"
_SIMULATED = "Simulated data"


@dataclass(frozen=True)
class AnswerCard:
    """A card that answers one question for a reader who has a minute.

    Made by ``cards.answer_card`` or ``cards.plain_card``.

    Parameters
    ----------
    question : str
        As the reader would ask it.
    answer : str
        At most 25 words.
    facts : mapping of str to str
        Label -> value, in order.
    verdict : str
        What the interval says against the margin; "" if there is none.
    status : {"primary", "secondary", "exploratory", ""}
        What the plan says about the question.
    situation : Situation
        What is known about the study; it decides which caveats fire.
    change_mind : str
        What would change our mind.
    convention : str
        How it was computed.

    Raises
    ------
    RevlabError
        If question or answer is empty, or the answer is longer than 25 words.

    Examples
    --------
    >>> AnswerCard("Did pairs last?", "18 of 26 pairs lasted to the end.")
    Question: Did pairs last?
    Answer: 18 of 26 pairs lasted to the end.
    """

    question: str
    answer: str
    facts: Mapping[str, str] = field(default_factory=dict)
    verdict: str = ""
    status: str = ""
    situation: Situation = field(default_factory=Situation)
    change_mind: str = ""
    convention: str = ""

    def __post_init__(self) -> None:
        must(bool(self.question.strip()), "`question` must not be empty.")
        must(bool(self.answer.strip()), "`answer` must not be empty.")
        one_of("status", self.status, list(STATUSES))
        count = len(self.answer.split())
        must(
            count <= _MOST_WORDS,
            f"`answer` must have at most {_MOST_WORDS} words; it has {count}: {self.answer!r}.",
        )

    @property
    def simulated(self) -> bool:
        """Whether the data behind the card are simulated."""
        return self.situation.simulated

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """The caveats that fired."""
        return caveats_for(self.situation)

    def with_situation(self, situation: Situation) -> "AnswerCard":
        """Return the card with what else is known about the study, so that its caveats fire.

        What the card knows from its estimate (n, missing, pools, status, simulated) stays.

        Examples
        --------
        >>> card = AnswerCard("Did pairs last?", "18 of 26 pairs lasted to the end.")
        >>> [caveat.rule_id for caveat in card.with_situation(Situation(waves=1)).caveats]
        ['post_only']
        """
        own = self.situation
        known = replace(
            situation,
            n=own.n or situation.n,
            n_missing=own.n_missing or situation.n_missing,
            n_clusters=own.n_clusters or situation.n_clusters,
            planned=own.planned and situation.planned,
            simulated=own.simulated or situation.simulated,
        )
        return replace(self, situation=known)

    def with_odds(self, odds: Estimate) -> "AnswerCard":
        """Return the card with a probability of superiority, said as "in 100 comparisons".

        Raises
        ------
        RevlabError
            If the estimate is not a probability.
        """
        return self.with_facts({"In 100 random comparisons": word_odds(odds)})

    def with_facts(self, facts: Mapping[str, str]) -> "AnswerCard":
        """Return the card with more facts, after those it has."""
        return replace(self, facts={**self.facts, **facts})

    def __repr__(self) -> str:
        lines = [f"[{_SIMULATED}]"] if self.simulated else []
        lines += [f"Question: {self.question}", f"Answer: {self.answer}"]
        lines += [f"Verdict: {self.verdict}"] if self.verdict else []
        lines += [f"{label}: {value}" for label, value in self.facts.items()]
        lines += [f"Status: {STATUSES[self.status]}"] if self.status else []
        lines += [f"Caveat: {caveat.sentence}" for caveat in self.caveats]
        lines += [f"What would change our mind: {self.change_mind}"] if self.change_mind else []
        lines += [f"How computed: {self.convention}"] if self.convention else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        simulated = " revlab-simulated" if self.simulated else ""
        label = escape(f"Answer card: {self.question}")
        style = f"{_FRAME};padding:0.8em 1.2em;margin:1em 0;max-width:46em"
        kind = f'class="revlab-card{simulated}" role="group"'
        tags = [_tag(_SIMULATED, "simulated")] if self.simulated else []
        tags += [_tag(STATUSES[self.status], "status")] if self.status else []
        large = 'class="revlab-answer" style="font-size:1.25em"'
        parts = [
            f'<div {kind} aria-label="{label}" style="{style}">',
            _paragraph("tags", " ".join(tags)),
            _paragraph("question", typeset(self.question)),
            f"<p {large}><strong>{typeset(self.answer)}</strong></p>",
            _paragraph("verdict", typeset(self.verdict)),
            self._facts_html(),
            self._caveats_html(),
            _paragraph("mind", typeset(self.change_mind), lead="What would change our mind:"),
            _paragraph("convention", typeset(self.convention), lead="How computed:"),
            "</div>",
        ]
        return "\n".join(filter(None, parts))

    def _facts_html(self) -> str:
        rows = "".join(
            f"<div><dt>{typeset(label)}</dt><dd>{typeset(value)}</dd></div>"
            for label, value in self.facts.items()
        )
        return f'<dl class="revlab-facts">{rows}</dl>' if rows else ""

    def _caveats_html(self) -> str:
        items = "".join(
            f'<li data-caveat="{caveat.rule_id}">{typeset(caveat.sentence)}</li>'
            for caveat in self.caveats
        )
        return f'<ul class="revlab-caveats" aria-label="Caveats">{items}</ul>' if items else ""


def _tag(text: str, kind: str) -> str:
    return f'<span class="revlab-tag revlab-tag-{kind}">{escape(text)}</span>'


def _paragraph(kind: str, html: str, lead: str = "") -> str:
    if not html:
        return ""
    before = f"<strong>{lead}</strong> " if lead else ""
    return f'<p class="revlab-{kind}">{before}{html}</p>'
