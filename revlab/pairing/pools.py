"""Pools: people who are matched together, dealt at random to the policies that are compared."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from revlab.errors import PairingError, must, one_of
from revlab.pairing.cells import Pool, matching_of_pools
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.policies import Policy, policy_named, run_policy
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["draw_arms", "draw_pools", "pair_in_pools"]

_SIDES = ("mentor", "mentee")
_POOL_COLUMNS = ("person_id", "side", "pool_id")


def draw_pools(cohort: Cohort, n_pools: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Deal the people of both sides to pools at random, with a like mix of grades in each.

    Each side is put in the order of the grades, equal grades in random order, and dealt like
    cards: the next person goes to the pool that has the fewest of that side so far, drawn at
    random among equals. Somebody who is mentor and mentee at once is in one pool with both
    roles, because two pools that share a person would not be independent.

    Parameters
    ----------
    cohort : Cohort
        The people.
    n_pools : int
        From one to the size of the smaller side.
    rng : numpy.random.Generator
        Chance. The order of the rows of the cohort plays no part.

    Returns
    -------
    pandas.DataFrame
        ``person_id, side ("mentor" or "mentee"), pool_id ("P01", …)``, by side and id.

    Raises
    ------
    PairingError
        If a pool would have nobody on one side.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4, 4]}, index=["a", "b", "c", "d"])
    >>> pools = draw_pools(Cohort(people[:2], people[2:]), 2, rng=stream(1, "pools"))
    >>> pools.groupby(["pool_id", "side"]).size().tolist()
    [1, 1, 1, 1]
    """
    smaller = min(len(cohort.mentors), len(cohort.mentees))
    limits = f"`n_pools` must be from 1 to {smaller}, the size of the smaller side"
    must(1 <= n_pools <= smaller, f"{limits}; got {n_pools}.", PairingError)
    width = max(2, len(str(n_pools)))
    labels = [f"P{k:0{width}d}" for k in range(1, n_pools + 1)]
    pool_of: dict[str, dict[str, int]] = {side: {} for side in _SIDES}
    for side in ("mentee", "mentor"):
        people = cohort.mentees if side == "mentee" else cohort.mentors
        known = {} if side == "mentee" else pool_of["mentee"]
        pool_of[side] = _deal(people, known, n_pools, rng)
    rows = [
        (person, side, labels[pool])
        for side in _SIDES
        for person, pool in sorted(pool_of[side].items())
    ]
    return pd.DataFrame(rows, columns=list(_POOL_COLUMNS))


def _deal(
    people: pd.DataFrame, known: Mapping[str, int], n_pools: int, rng: np.random.Generator
) -> dict[str, int]:
    grades = people["grade"].sort_index()
    order = np.lexsort((rng.random(len(grades)), grades.to_numpy()))
    pools = {person: known[person] for person in grades.index if person in known}
    sizes = np.bincount(list(pools.values()), minlength=n_pools)
    for person in grades.index[order]:
        if person in pools:
            continue
        pool = int(rng.choice(np.flatnonzero(sizes == sizes.min())))
        pools[person] = pool
        sizes[pool] += 1
    return pools


def draw_arms(
    pool_ids: Sequence[str], arms: Sequence[str], *, rng: np.random.Generator
) -> dict[str, str]:
    """Give every pool an arm by complete randomisation, as evenly as the numbers allow.

    Parameters
    ----------
    pool_ids : sequence of str
        Different labels; their order plays no part.
    arms : sequence of str
        Different labels, at most as many as there are pools. If the pools do not divide evenly,
        the arms that get one more are drawn too.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    dict of str to str
        Pool to arm, by pool.

    Raises
    ------
    PairingError
        If a label repeats or there are more arms than pools.

    Examples
    --------
    >>> arms = draw_arms(["P01", "P02", "P03", "P04"], ["a", "b"], rng=stream(1, "arms"))
    >>> sorted(arms.values())
    ['a', 'a', 'b', 'b']
    """
    pools, labels = sorted(pool_ids), list(arms)
    for name, values in (("pool_ids", pools), ("arms", labels)):
        distinct = len(set(values)) == len(values) > 0
        must(distinct, f"`{name}` must hold different labels; got {values}.", PairingError)
    message = f"{len(labels)} arms need at least as many pools; got {len(pools)}."
    must(len(labels) <= len(pools), message, PairingError)
    deck = np.resize(rng.permutation(len(labels)), len(pools))
    dealt = rng.permutation(deck)
    return {pool: labels[k] for pool, k in zip(pools, dealt, strict=True)}


def pair_in_pools(
    cohort: Cohort,
    pools: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    policies: Mapping[str, Policy | str],
    seed: int,
    scored: Mapping[str, Compatibility] | None = None,
) -> Matching:
    """Pair every pool on its own by the policy of its arm.

    Scores are computed once for the whole cohort, so a part that is known nowhere in one pool
    means the same there as in the others.

    Parameters
    ----------
    cohort : Cohort
        The people.
    pools : pandas.DataFrame
        ``person_id, side, pool_id`` as from `draw_pools`: everybody once on each of their sides.
    arms : mapping of str to str
        Pool to arm.
    policies : mapping of str to Policy or name
        Arm to policy.
    seed : int
        Root seed; each pool has its own stream, the same under any policy.
    scored : mapping of str to Compatibility, optional
        Arm to scores and eligibility of the whole cohort, in its order, if they are there
        already; the policies' own are then not looked at.

    Returns
    -------
    Matching
        With ``pool_id`` and ``arm`` of every dyad; dyad ids are different over all pools.

    Raises
    ------
    OptionError
        If a pool has an arm without a policy, or a side or a policy's name does not exist.
    PairingError
        If somebody is in no pool, in two pools or not in the cohort, a pool has no arm, or
        ``scored`` is of other people.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4, 4]}, index=["a", "b", "c", "d"])
    >>> cohort = Cohort(people[:2], people[2:])
    >>> pools = draw_pools(cohort, 2, rng=stream(1, "pools"))
    >>> arms = {"P01": "best", "P02": "chance"}
    >>> policies = {"best": "optimal", "chance": "random"}
    >>> pair_in_pools(cohort, pools, arms=arms, policies=policies, seed=1).dyads["arm"].tolist()
    ['best', 'chance']
    """
    places = _places(cohort, pools)
    for pool in places:
        must(pool in arms, f"pool {pool!r} has no arm; give it one in `arms`.", PairingError)
    labels = sorted({arms[pool] for pool in places})
    used = {arm: policy_named(policies[one_of("arm", arm, list(policies))]) for arm in labels}
    fits = _fits(cohort, used) if scored is None else _those(cohort, scored, list(used))
    done = []
    for pool in sorted(places):
        arm = arms[pool]
        part = fits[arm].select(places[pool]["mentee"], places[pool]["mentor"])
        ordered, cells = run_policy(part, used[arm], stream(seed, "pairing", pool))
        done.append(Pool(ordered, cells, used[arm].name, pool, arm))
    return matching_of_pools(done)


def _fits(cohort: Cohort, policies: Mapping[str, Policy]) -> dict[str, Compatibility]:
    # Arms that differ in their mechanism alone share their scores.
    known: dict[tuple[Score, tuple[object, ...]], Compatibility] = {}
    for policy in policies.values():
        key = (policy.score, policy.eligibility)
        if key not in known:
            fit = score_cohort(cohort, score=policy.score, eligibility=policy.eligibility)
            known[key] = fit.without_parts()
    return {arm: known[policy.score, policy.eligibility] for arm, policy in policies.items()}


def _those(
    cohort: Cohort, scored: Mapping[str, Compatibility], arms: Sequence[str]
) -> Mapping[str, Compatibility]:
    for arm in arms:
        fit = scored[one_of("scored", arm, list(scored))]
        theirs = [*fit.mentee_ids, *fit.mentor_ids]
        own = [*cohort.mentees.index, *cohort.mentors.index]
        message = f"`scored` of arm {arm!r} must hold the people of the cohort in their order."
        must(theirs == own, message, PairingError)
    return scored


def _places(cohort: Cohort, pools: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    missing = [name for name in _POOL_COLUMNS if name not in pools]
    must(not missing, f"`pools` needs the columns {missing}.", PairingError)
    for side in pools["side"].unique():
        one_of("side", side, _SIDES)
    nothing = np.empty(0, dtype=np.intp)
    labels = sorted(pools["pool_id"].astype(str).unique())
    places = {pool: dict.fromkeys(_SIDES, nothing) for pool in labels}
    for side in _SIDES:
        ids = (cohort.mentors if side == "mentor" else cohort.mentees).index
        rows = pools[(pools["side"] == side).to_numpy()]
        people = rows["person_id"].to_numpy()
        where = np.asarray(ids.get_indexer(people))
        listed = np.bincount(where[where >= 0], minlength=len(ids))
        for what, names in (
            ("but the cohort does not", people[where < 0]),
            ("twice", ids[listed > 1]),
            ("nowhere", ids[listed == 0]),
        ):
            message = f"`pools` lists {side} {list(names[:1])} {what}"
            must(len(names) == 0, f"{message}; everybody must be in one pool.", PairingError)
        for pool, group in pd.Series(where).groupby(rows["pool_id"].astype(str).to_numpy()):
            places[str(pool)][side] = group.to_numpy()
    return places
