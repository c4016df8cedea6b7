"""What the page on firm pairs says: chance, fairness, quotas, lies and the next round."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from revlab.pairing.duals import Certificate
from revlab.pairing.manipulability import who_gains
from revlab.pairing.robustness import Robustness
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import number, percent
from revlab.report.names import words

__all__ = [
    "answer_firmness",
    "chance_table",
    "fairness_table",
    "lies_table",
    "parts_table",
    "quota_table",
    "rounds_table",
]


def answer_firmness(
    kept: Robustness, proof: Certificate, *, chance: pd.DataFrame, fairness: pd.DataFrame
) -> AnswerCard:
    """Return the card that says how firm the pairs of best total fit are.

    Parameters
    ----------
    kept : Robustness
        What stays of the matching if the scores are measured again.
    proof : Certificate
        Of the same matching.
    chance : pandas.DataFrame
        From `chance_table`.
    fairness : pandas.DataFrame
        From `fairness_table`.

    Returns
    -------
    AnswerCard

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.duals import certificate
    >>> from revlab.pairing.robustness import robustness
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.2, 0.8]])
    >>> kept = robustness(fit, "optimal", reliability=0.7, n_draws=50, seed=1)
    >>> chance = pd.DataFrame({"cap": [1.0, 0.5], "kept_share": [1.0, 0.6]})
    >>> fairness = pd.DataFrame({"policy": ["optimal"], "kept_share": [1.0], "worst_score": [0.8]})
    >>> card = answer_firmness(
    ...     kept, certificate(fit, kept.matching), chance=chance, fairness=fairness)
    >>> card.answer
    'If people filled in the questionnaires again, about 100 in 100 of the 2 pairs would come out \
the same.'
    """
    n = len(kept.dyads)
    again = kept.share_kept if n else 0.0
    half = 1.96 * kept.mc_error if n else 0.0
    low, high = max(again - half, 0.0), min(again + half, 1.0)
    cautious = chance[chance["cap"] < 1].iloc[0]
    kindest = fairness.loc[fairness["worst_score"].astype(float).idxmax()]
    proven = "proven: no other pairs of these people have a larger total fit"
    return plain_card(
        "How firm are these pairs?",
        f"If people filled in the questionnaires again, about {100 * again:.0f} in 100 of the {n} "
        "pairs would come out the same.",
        facts={
            "Range": f"{percent(low)} to {percent(high)} of the pairs (95% interval of the "
            "simulation)",
            "Best total fit": proven if proof.optimal else "not proven to be the best",
            "Price of chance": f"with no pair likelier than {percent(cautious['cap'])}, "
            f"{percent(cautious['kept_share'])} of the fit is kept",
            "Price of kindness": f"“{words(str(kindest['policy']))}” lifts the lowest fit to "
            f"{number(kindest['worst_score'])} and keeps {percent(kindest['kept_share'])} of the "
            "total",
        },
        change_mind="A measured reliability of the questionnaires; the one here is assumed.",
        convention=f"questionnaires of reliability {kept.reliability:g} are filled in again "
        f"{kept.n_draws} times by simulation; the policy is “best total fit”",
    )


def chance_table(frontier: pd.DataFrame) -> pd.DataFrame:
    """Return what each cap on a pair's chance costs, in the words of a page.

    Parameters
    ----------
    frontier : pandas.DataFrame
        From ``lottery_capped.lottery_frontier``.

    Returns
    -------
    pandas.DataFrame
        cap, kept_share (of the best fit), possible_pairs, likeliest_mentee.

    Examples
    --------
    >>> frame = pd.DataFrame({"cap": [0.5], "price": [0.9], "support": [4.0],
    ...                       "mean_largest_mentee": [0.5]})
    >>> chance_table(frame).to_numpy().tolist()
    [[0.5, 0.9, 4.0, 0.5]]
    """
    named = {"price": "kept_share", "support": "possible_pairs"}
    table = frontier.rename(columns={**named, "mean_largest_mentee": "likeliest_mentee"})
    return table[["cap", "kept_share", "possible_pairs", "likeliest_mentee"]]


def fairness_table(prices: pd.DataFrame) -> pd.DataFrame:
    """Return what each policy keeps of the best total, and gives to the worst pair.

    Parameters
    ----------
    prices : pandas.DataFrame
        From ``prices.prices``, against the best total.

    Returns
    -------
    pandas.DataFrame
        policy, n_dyads, kept_share, worst_score, blocking_pairs; the most kept first.

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["optimal"], "n_dyads": [4], "price": [1.25],
    ...                       "worst_score": [0.3], "blocking_pairs": [2]})
    >>> fairness_table(frame)["kept_share"].item()
    0.8
    """
    table = prices.assign(kept_share=1 / prices["price"])
    columns = ["policy", "n_dyads", "kept_share", "worst_score", "blocking_pairs"]
    return table.sort_values("kept_share", ascending=False, ignore_index=True)[columns]


def lies_table(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many of those asked could gain by a lie, by policy, side and lie.

    Parameters
    ----------
    found : mapping of str to pandas.DataFrame
        Policy to the table of ``manipulability.manipulability``.

    Returns
    -------
    pandas.DataFrame
        policy, side, lie, asked, gain_share, largest_gain; nobody is named.

    Examples
    --------
    >>> one = pd.DataFrame({"side": ["mentee"] * 2, "lie": ["truncate"] * 2, "n_tried": [3, 3],
    ...                     "gain": [0.0, 0.2]})
    >>> lies_table({"optimal": one}).to_numpy().tolist()
    [['optimal', 'mentee', 'truncate', 2, 0.5, 0.2]]
    """
    tables = []
    for policy, table in found.items():
        gains = who_gains(table).assign(policy=policy, asked=lambda rows: rows["n_people"])
        tables.append(gains.rename(columns={"share_gaining": "gain_share"}))
    columns = ["policy", "side", "lie", "asked", "gain_share", "largest_gain"]
    return pd.concat(tables, ignore_index=True)[columns]


def parts_table(idle: pd.DataFrame) -> pd.DataFrame:
    """Return what each part of the score does, in the words of a page.

    Parameters
    ----------
    idle : pandas.DataFrame
        From ``idle_parts.idle_parts``.

    Returns
    -------
    pandas.DataFrame
        part, weight, sentence; what moves most first.

    Examples
    --------
    >>> frame = pd.DataFrame({"part": ["site", "hours"], "weight": [1.0, 2.0],
    ...     "n_changed": [0, 3], "sentence": ["moves nothing.", "moves 3 of 9 dyads."]})
    >>> parts_table(frame)["sentence"].tolist()
    ['moves 3 of 9 pairs.', 'moves nothing.']
    """
    table = idle.sort_values("n_changed", ascending=False, kind="stable", ignore_index=True)
    said = table["sentence"].str.replace("dyads", "pairs").str.replace("dyad", "pair")
    return table[["part", "weight"]].assign(sentence=said)


def quota_table(prices: pd.DataFrame) -> pd.DataFrame:
    """Return what each quota costs, in the words of a page.

    Parameters
    ----------
    prices : pandas.DataFrame
        From ``quota_prices.quota_prices``.

    Returns
    -------
    pandas.DataFrame
        quota, reached, binds, cost_score, cost_dyads.

    Examples
    --------
    >>> frame = pd.DataFrame({"quota": ["at least 5 dyads"], "reached": [5.0], "binds": [True],
    ...                       "cost_score": [0.2], "cost_dyads": [0]})
    >>> quota_table(frame)["quota"].item()
    'at least 5 pairs'
    """
    said = prices["quota"].str.replace("dyads", "pairs")
    return prices.assign(quota=said)[["quota", "reached", "binds", "cost_score", "cost_dyads"]]


def rounds_table(frontier: pd.DataFrame) -> pd.DataFrame:
    """Return what the next round keeps and reaches, by what breaking a pair must bring.

    Parameters
    ----------
    frontier : pandas.DataFrame
        From ``frontier.disruption_frontier``.

    Returns
    -------
    pandas.DataFrame
        must_bring ("any gain", a number, "pairs are never broken") and the counts.

    Examples
    --------
    >>> frame = pd.DataFrame({"exchange_rate": [0.0, np.inf], "n_kept": [1, 2],
    ...     "n_repaired": [1, 0], "n_new": [1, 0], "n_dyads": [2, 2], "total_score": [1.6, 1.0],
    ...     "n_waiting": [0, 0]})
    >>> rounds_table(frame)["must_bring"].tolist()
    ['any gain', 'pairs are never broken']
    """
    said = [
        "any gain" if rate == 0 else "pairs are never broken" if np.isinf(rate) else number(rate)
        for rate in frontier["exchange_rate"]
    ]
    columns = ["n_kept", "n_repaired", "n_new", "n_dyads", "total_score", "n_waiting"]
    return frontier[columns].assign(must_bring=said)[["must_bring", *columns]]
