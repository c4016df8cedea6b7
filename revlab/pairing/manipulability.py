"""Does it pay to tell the programme what is not so."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lies import LIES, own_scores
from revlab.pairing.policies import Policy, policy_named, run_policy
from revlab.rng import stream

__all__ = ["manipulability", "who_gains"]

Floats = NDArray[np.float64]
_SIDES = ("mentee", "mentor")
_SAME = 1e-9


def manipulability(
    compatibility: Compatibility,
    policy: Policy | str,
    *,
    people: int | Collection[str] = 10,
    lies: Collection[str] = tuple(LIES),
    n_draws: int = 1,
    seed: int,
) -> pd.DataFrame:
    """Return what single people gain by a lie while everybody else tells the truth.

    A person's value is the sum of their own true scores over the dyads they get. Several
    variants of each lie are tried (other lengths of the list, other capacities) and the best is
    reported; with several draws it is chosen on the first half of them and measured on the
    second, or chance would flatter it. What is found is a lower bound: another lie may pay more.

    Parameters
    ----------
    compatibility : Compatibility
        The true scores, rules and capacities; all people are one pool.
    policy : Policy or str
        The policy or its name; it is called through `run_policy`.
    people : int or collection of str
        Ids, or how many people of each side to sample.
    lies : collection of str
        Names in `LIES`.
    n_draws : int
        Draws of the policy's own chance, one or more; the truth and the lie share them.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        ``side, person_id, lie, told, n_tried, value_honest, value_lying, gain, mc_error``, one
        row per person and lie. Where nothing can be told (a capacity of one cannot be
        understated) ``n_tried`` is zero and the values are missing; ``mc_error`` is the Monte
        Carlo standard error of the gain, missing for fewer than two measured draws.

    Raises
    ------
    OptionError
        If there is no such policy or lie.
    PairingError
        If a person is not there, or there is no draw.

    References
    ----------
    Roth 1982, The economics of matching: stability and incentives, Mathematics of Operations
    Research 7:617-628. Sonmez 1997, Manipulation via capacities in two-sided matching markets,
    Journal of Economic Theory 77:197-204.

    Examples
    --------
    >>> both = Compatibility.from_scores([[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]])
    >>> found = manipulability(both, "stable_mentee", lies=["truncate"], seed=1)
    >>> found[["side", "person_id", "gain"]].values.tolist()[:3]
    [['mentee', 'mentee1', 0.0], ['mentee', 'mentee2', 0.0], ['mentor', 'mentor1', 1.0]]
    """
    must(n_draws >= 1, f"`n_draws` must be at least 1; got {n_draws}.", PairingError)
    names = [one_of("lies", lie, LIES) for lie in lies]
    found = policy_named(policy)
    asked = _sampled(compatibility, people, seed)
    honest = {
        side: np.zeros((n_draws, len(getattr(compatibility, f"{side}_ids")))) for side in _SIDES
    }
    for draw in range(n_draws):
        for side, values in _values(compatibility, compatibility, found, seed, draw).items():
            honest[side][draw] = values
    rows = []
    for side, place in asked:
        person = getattr(compatibility, f"{side}_ids")[place]
        for lie in names:
            told = list(LIES[lie](compatibility, side, place))
            gains = np.array(
                [
                    [
                        _values(compatibility, lied, found, seed, draw)[side][place]
                        - honest[side][draw, place]
                        for draw in range(n_draws)
                    ]
                    for _, lied in told
                ]
            ).reshape(len(told), n_draws)
            words = [words for words, _ in told]
            rows.append((side, person, lie, *_best(words, gains, honest[side][:, place])))
    names = ["side", "person_id", "lie", "told", "n_tried", "value_honest", "value_lying"]
    return pd.DataFrame(rows, columns=[*names, "gain", "mc_error"])


def who_gains(found: pd.DataFrame) -> pd.DataFrame:
    """Return for each side and lie how many people gain by it.

    Parameters
    ----------
    found : pandas.DataFrame
        From `manipulability`.

    Returns
    -------
    pandas.DataFrame
        ``side, lie, n_people, n_gaining, share_gaining, mean_gain, largest_gain``; ``n_people``
        counts those who can tell the lie, and the mean is over them.

    Examples
    --------
    >>> both = Compatibility.from_scores([[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]])
    >>> who_gains(manipulability(both, "stable_mentee", lies=["truncate"], seed=1))[
    ...     ["side", "n_gaining", "largest_gain"]
    ... ].values.tolist()
    [['mentee', 0, 0.0], ['mentor', 2, 1.0]]
    """
    able = found[found["n_tried"] > 0]
    groups = able.assign(gaining=able["gain"] > _SAME).groupby(["side", "lie"], sort=False)
    summary = groups.agg(
        n_people=("gain", "size"),
        n_gaining=("gaining", "sum"),
        share_gaining=("gaining", "mean"),
        mean_gain=("gain", "mean"),
        largest_gain=("gain", "max"),
    )
    return summary.reset_index()


def _sampled(
    compatibility: Compatibility, people: int | Collection[str], seed: int
) -> list[tuple[str, int]]:
    ids = {side: getattr(compatibility, f"{side}_ids") for side in _SIDES}
    if isinstance(people, int):
        must(people >= 1, f"`people` must be at least 1; got {people}.", PairingError)
        asked = []
        for side, names in ids.items():
            rng = stream(seed, side, "liars")
            chosen = rng.permutation(sorted(names))[:people]
            asked += [(side, int(names.get_loc(person))) for person in sorted(chosen)]
        return asked
    strange = [person for person in people if all(person not in names for names in ids.values())]
    must(not strange, f"{strange[:1]} is not in the compatibility.", PairingError)
    return [
        (side, int(names.get_loc(person)))
        for side, names in ids.items()
        for person in people
        if person in names
    ]


def _values(
    true: Compatibility, told: Compatibility, policy: Policy, seed: int, draw: int
) -> dict[str, Floats]:
    """Return everybody's true value of what the policy makes of what it is told."""
    ordered, cells = run_policy(told, policy, stream(seed, draw, "pairing"))
    i = true.mentee_ids.get_indexer(ordered.mentee_ids)[cells[:, 0]]
    j = true.mentor_ids.get_indexer(ordered.mentor_ids)[cells[:, 1]]
    values = {}
    for side, own, other in (("mentee", i, j), ("mentor", j, i)):
        scores = own_scores(true, side)
        values[side] = np.bincount(own, scores[own, other], minlength=len(scores)).astype(float)
    return values


def _best(
    told: list[str], gains: Floats, honest: Floats
) -> tuple[str | None, int, float, float, float, float]:
    """Return the best variant of a lie, chosen and measured on different draws."""
    if not told:
        return None, 0, float(honest.mean()), np.nan, np.nan, np.nan
    half = len(honest) // 2
    best = int(gains[:, : half or None].mean(axis=1).argmax())
    measured, truth = gains[best, half:], honest[half:]
    many = len(measured) > 1
    error = float(measured.std(ddof=1) / np.sqrt(len(measured))) if many else np.nan
    gain, value = float(measured.mean()), float(truth.mean())
    return told[best], len(told), value, value + gain, gain, error
