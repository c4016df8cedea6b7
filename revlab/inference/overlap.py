"""How far a pilot drawn by lottery can speak about another pairing policy."""

from dataclasses import dataclass

import pandas as pd

from revlab.errors import EstimateError, must

__all__ = ["Overlap", "chances", "overlap"]

_IDS = ["mentee_id", "mentor_id"]


def chances(logged: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Put the chances of each dyad under two lotteries side by side.

    Parameters
    ----------
    logged, target : pandas.DataFrame
        ``mentee_id, mentor_id, probability`` of the lottery that was run and of the policy to
        be evaluated; a dyad that is not listed had no chance. A policy without chance has
        probability 1 for its dyads.

    Returns
    -------
    pandas.DataFrame
        ``mentee_id, mentor_id, logged, target``, by the ids.

    Raises
    ------
    EstimateError
        If a column is missing, a dyad stands twice or a probability is not in 0 to 1.

    Examples
    --------
    >>> one = pd.DataFrame({"mentee_id": ["a"], "mentor_id": ["x"], "probability": [0.5]})
    >>> two = pd.DataFrame({"mentee_id": ["a"], "mentor_id": ["y"], "probability": [1.0]})
    >>> chances(one, two)[["logged", "target"]].to_numpy().tolist()
    [[0.5, 0.0], [0.0, 1.0]]
    """
    tables = []
    for name, frame in (("logged", logged), ("target", target)):
        lost = [column for column in (*_IDS, "probability") if column not in frame]
        must(not lost, f"`{name}` needs the columns {lost}.", EstimateError)
        again = bool(frame.duplicated(_IDS).any())
        must(not again, f"`{name}` lists a dyad twice; keep one row.", EstimateError)
        p = frame["probability"].to_numpy(float)
        fine = bool(((p >= 0) & (p <= 1 + 1e-9)).all())
        must(fine, f"`{name}` has a probability outside 0 to 1; correct it.", EstimateError)
        tables.append(frame[_IDS].astype(str).assign(**{name: p}))
    both = tables[0].merge(tables[1], on=_IDS, how="outer").fillna(0.0)
    some = both[(both["logged"] > 0) | (both["target"] > 0)]
    return some.sort_values(_IDS, ignore_index=True)


@dataclass(frozen=True, eq=False, repr=False)
class Overlap:
    """What the pilot's lottery lets one say about a target policy.

    Parameters
    ----------
    seen : pandas.DataFrame
        The dyads that were made: mentee_id, mentor_id, outcome (NaN is missing), logged,
        target, weight (target over logged).
    chances : pandas.DataFrame
        All dyads with a chance under either, from `chances`.
    share : float
        Share of the target policy's dyads that the lottery could have made.
    effective_n : float
        Answers that carry as much as the weighted ones (Kish).
    """

    seen: pd.DataFrame
    chances: pd.DataFrame
    share: float
    effective_n: float

    def __repr__(self) -> str:
        n = int(self.seen["outcome"].notna().sum())
        return (
            f"Overlap {self.share:.0%}: {n} answered dyads weigh as much as "
            f"{self.effective_n:.1f}; the lottery could not have made {1 - self.share:.0%} of "
            "the target policy's dyads"
        )

    @property
    def distance(self) -> float:
        """Total variation between the two policies: half the sum of absolute differences."""
        gap = self.chances["logged"] - self.chances["target"]
        return float(gap.abs().sum() / 2)


def overlap(both: pd.DataFrame, outcomes: pd.DataFrame) -> Overlap:
    """Return how far a pilot can speak about a target policy.

    Parameters
    ----------
    both : pandas.DataFrame
        From `chances`.
    outcomes : pandas.DataFrame
        ``mentee_id, mentor_id, outcome`` of the dyads that were made; NaN is missing.

    Raises
    ------
    EstimateError
        If a dyad was made that the lottery gave no chance, stands twice, or no answered dyad
        could be made by the target policy.

    References
    ----------
    Saveski, Jecmen, Shah & Ugander (2023), Counterfactual evaluation of peer-review assignment
    policies, NeurIPS; Kish (1965) for the effective sample size.

    Examples
    --------
    >>> one = pd.DataFrame({"mentee_id": ["a", "a"], "mentor_id": ["x", "y"]})
    >>> both = chances(one.assign(probability=0.5), one.assign(probability=[1.0, 0.0]))
    >>> overlap(both, one[:1].assign(outcome=4.0))
    Overlap 100%: 1 answered dyads weigh as much as 1.0; the lottery could not have made 0% of \
the target policy's dyads
    """
    lost = [column for column in (*_IDS, "outcome") if column not in outcomes]
    must(not lost, f"`outcomes` needs the columns {lost}.", EstimateError)
    rows = outcomes[_IDS].astype(str).assign(outcome=outcomes["outcome"].to_numpy(float))
    twice = bool(rows.duplicated(_IDS).any())
    must(not twice, "`outcomes` lists a dyad twice; keep one row.", EstimateError)
    seen = rows.merge(both, on=_IDS, how="left")
    strange = seen[~(seen["logged"] > 0)]
    must(
        strange.empty,
        f"{len(strange)} dyads were made although the lottery gave them no chance, for instance "
        f"number {0 if strange.empty else int(strange.index[0]) + 1}; use the lottery that was "
        "really drawn from.",
        EstimateError,
    )
    seen["weight"] = seen["target"] / seen["logged"]
    weight = seen["weight"][seen["outcome"].notna()].to_numpy()
    must(
        bool(weight.sum() > 0),
        "the target policy could have made none of the answered dyads, so this pilot says "
        "nothing about it; only bounds are possible.",
        EstimateError,
    )
    total = float(both["target"].sum())
    share = float(both.loc[both["logged"] > 0, "target"].sum()) / total
    return Overlap(seen, both, share, float(weight.sum() ** 2 / (weight**2).sum()))
