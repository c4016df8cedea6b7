"""What a policy page says: the judges side by side, and the leftovers by reason."""

from collections.abc import Mapping

import pandas as pd

from revlab.errors import must
from revlab.pairing.disparity import CANNOT_JUDGE
from revlab.pairing.policies import Policy
from revlab.privacy.suppression import suppress
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import number
from revlab.report.names import words

__all__ = ["FIGURED", "answer_policies", "leftover_reasons", "policy_notes", "shown_groups"]

FIGURED = (
    "random", "mixer", "serial_dictatorship", "greedy", "stable_mentee", "optimal", "leximin",
    "lottery",
)  # fmt: skip
"""The policies of the figure: one of each kind, because all of them would hide each other."""

_YARDSTICK = "random"


def answer_policies(comparison: pd.DataFrame) -> AnswerCard:
    """Return the card that says which policy fits best, and what the others are good for.

    Parameters
    ----------
    comparison : pandas.DataFrame
        From ``quality.compare``, with a row for the policy "random".

    Returns
    -------
    AnswerCard

    Raises
    ------
    RevlabError
        If "random", the yardstick, is not among the policies.

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["random", "optimal"], "n_dyads": [40, 44],
    ...     "total_score": [20.0, 31.0], "mean_score": [0.5, 0.7], "worst_score": [0.1, 0.3],
    ...     "blocking_pairs": [90, 4]})
    >>> answer_policies(frame).answer
    'On these people “best total fit” makes 44 pairs with mean fit 0.70; random pairing makes 40 \
with mean fit 0.50.'
    """
    table = comparison.set_index("policy")
    must(_YARDSTICK in table.index, "the comparison needs the policy 'random' as its yardstick.")
    best = str(table["total_score"].astype(float).idxmax())
    kindest = str(table["worst_score"].astype(float).idxmax())
    calm = str(table["blocking_pairs"].astype(float).idxmin())
    most = str(table["n_dyads"].idxmax())
    row, base = table.loc[best], table.loc[_YARDSTICK]
    facts = {
        "Most pairs": f"{words(most)}, {int(table.loc[most, 'n_dyads'])} pairs "
        f"(random: {int(base['n_dyads'])})",
        "Best for the worst-off pair": f"{words(kindest)}, worst fit "
        f"{number(table.loc[kindest, 'worst_score'])} (random: {number(base['worst_score'])})",
        "Fewest who would rather swap": f"{words(calm)}, "
        f"{int(table.loc[calm, 'blocking_pairs'])} blocking pairs "
        f"(random: {int(base['blocking_pairs'])})",
    }
    return plain_card(
        "Which pairing policy gives the best pairs on paper?",
        f"On these people “{words(best)}” makes {int(row['n_dyads'])} pairs with mean fit "
        f"{number(row['mean_score'])}; random pairing makes {int(base['n_dyads'])} with mean fit "
        f"{number(base['mean_score'])}.",
        facts=facts,
        change_mind="A pilot that shows whether fit on paper predicts how pairs get on; until "
        "then random pairing is a fair rival.",
        convention="fit is the mean of both sides' scores, 0 to 1; the same people, rules and "
        "seed for every policy; blocking pairs are counted by a judge that shares no code with "
        "the mechanisms",
    )


def policy_notes(policies: Mapping[str, Policy]) -> pd.DataFrame:
    """Return what each policy is, in words.

    Examples
    --------
    >>> policy_notes({}).columns.tolist()
    ['policy', 'note']
    """
    rows = [(name, policy.note) for name, policy in policies.items()]
    return pd.DataFrame(rows, columns=["policy", "note"])


def leftover_reasons(explained: pd.DataFrame) -> pd.DataFrame:
    """Count the people left over by side and reason.

    Parameters
    ----------
    explained : pandas.DataFrame
        From ``explain.explain_unmatched``: ``person_id, side, reason, what_would_help``.

    Returns
    -------
    pandas.DataFrame
        ``side, reason, what_would_help, people``; nobody is named.

    Examples
    --------
    >>> frame = pd.DataFrame({"person_id": ["a", "b"], "side": "mentor", "reason": "no rule",
    ...                       "what_would_help": "more seniors"})
    >>> leftover_reasons(frame)["people"].tolist()
    [2]
    """
    columns = ["side", "reason", "what_would_help"]
    counted = explained.groupby(columns, sort=False).size().rename("people").reset_index()
    return counted.sort_values(["side", "people"], ascending=[True, False], ignore_index=True)


def shown_groups(disparity: pd.DataFrame) -> pd.DataFrame:
    """Return a disparity table as it may be shown: small groups hidden, with what protects them.

    Parameters
    ----------
    disparity : pandas.DataFrame
        From ``quality.disparity``.

    Returns
    -------
    pandas.DataFrame
        The same rows; where fewer than five people stand behind a row (or the row would give
        such a one away) its numbers are missing. If the best-served group of a side is hidden,
        no rate against it is shown on that side: the rates would tell its share.
    """
    shown = []
    for _, rows in disparity.groupby("side", sort=False):
        safe = suppress(rows, count="n", by=["group"])
        safe = safe[safe["group"] != "all"].drop(columns="hidden")
        if not (safe["impact_ratio"] == 1).any():
            there = safe["verdict"].notna()
            verdict = safe["verdict"].where(~there, CANNOT_JUDGE)
            safe = safe.assign(impact_ratio=float("nan"), verdict=verdict)
        shown.append(safe)
    return pd.concat(shown, ignore_index=True)
