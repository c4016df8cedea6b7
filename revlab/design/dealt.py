"""Arms of dyads: dealt to single dyads within their pool, and what each then reveals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from revlab.design.arms import programme_in
from revlab.design.world import World
from revlab.inference.estimate import Contrast
from revlab.pairing.matching import Matching

__all__ = ["Dealt", "arm_outcomes", "deal_dyads", "shared_people"]

Labels = npt.NDArray[np.object_]
Reveal = Callable[..., pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Dealt:
    """The arm of each dyad, and the unit with which it was dealt.

    Parameters
    ----------
    arm, unit : array of str, shape (n_dyads,)
        Arm label; id of the first dyad of those that were dealt together.
    """

    arm: Labels
    unit: Labels


def shared_people(dyads: pd.DataFrame) -> Labels:
    """Return for each dyad the id of the first dyad that it shares people with, over any others.

    Parameters
    ----------
    dyads : pandas.DataFrame
        ``dyad_id, mentor_id, mentee_id``.

    Returns
    -------
    array of str, shape (n_dyads,)
        Dyads with the same value must be in the same arm.

    Examples
    --------
    >>> dyads = pd.DataFrame({"dyad_id": ["D1", "D2", "D3"], "mentor_id": ["a", "b", "a"],
    ...                       "mentee_id": ["x", "y", "z"]})
    >>> shared_people(dyads).tolist()
    ['D1', 'D2', 'D1']
    """
    people = dyads[["mentor_id", "mentee_id"]].to_numpy(dtype=object).ravel()
    code = pd.factorize(people)[0].reshape(-1, 2)
    links = coo_array((np.ones(len(code)), (code[:, 0], code[:, 1])), shape=(code.size, code.size))
    part = connected_components(links, directed=False)[1][code[:, 0]]
    first = pd.Series(np.arange(len(part))).groupby(part).transform("min").to_numpy()
    return np.asarray(dyads["dyad_id"].astype(str).to_numpy(dtype=object)[first], dtype=object)


def deal_dyads(dyads: pd.DataFrame, contrast: Contrast, *, rng: np.random.Generator) -> Dealt:
    """Deal dyads to two arms within each pool, half and half as nearly as the numbers allow.

    Dyads that share a person are dealt together. Which arm gets one more in a pool with an odd
    number is drawn, in such a way that those pools even out as well.

    Parameters
    ----------
    dyads : pandas.DataFrame
        ``dyad_id, pool_id, mentor_id, mentee_id``.
    contrast : Contrast
        The two arms.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Dealt

    Examples
    --------
    >>> from revlab.rng import stream
    >>> dyads = pd.DataFrame({"dyad_id": ["D1", "D2", "D3", "D4"], "pool_id": "P01",
    ...                       "mentor_id": list("abcd"), "mentee_id": list("wxyz")})
    >>> sorted(deal_dyads(dyads, Contrast("new", "old"), rng=stream(1, "arms")).arm)
    ['new', 'new', 'old', 'old']
    """
    arms = (contrast.treatment, contrast.control)
    unit = shared_people(dyads)
    pool_of = dict(zip(unit, dyads["pool_id"].astype(str), strict=True))
    members: dict[str, list[str]] = {}
    for one, pool in pool_of.items():
        members.setdefault(pool, []).append(one)
    odd = [pool for pool, units in members.items() if len(units) % 2]
    more = rng.permutation(np.resize(rng.permutation(2), len(odd)))
    first = dict(zip(odd, more.tolist(), strict=True))
    arm_of: dict[str, str] = {}
    for pool, units in members.items():
        turns = (np.arange(len(units)) + first.get(pool, 0)) % 2
        dealt = [arms[turn] for turn in rng.permutation(turns)]
        arm_of.update(zip(units, dealt, strict=True))
    return Dealt(np.array([arm_of[one] for one in unit], dtype=object), unit)


def arm_outcomes(
    reveal: Reveal, world: World, matching: Matching, *, source: Mapping[str, str]
) -> pd.DataFrame:
    """Return what the dyads of a matching reveal, each under the programme of its own arm.

    All dyads run under every programme with the same shocks, and each keeps the row of its arm;
    so nobody's chance depends on who else is in which arm.

    Parameters
    ----------
    reveal : callable
        `revlab.fieldwork.simulate.simulate_outcomes` or ``expected_outcomes``.
    world : World
        One replication of a design.
    matching : Matching
        Who is paired with whom, and the arm of every dyad.
    source : mapping of str to str
        Arm of the matching to the arm of the design whose programme it has.

    Returns
    -------
    pandas.DataFrame
        As ``reveal`` returns it.
    """
    design = world.design
    asked = {"scale_id": design.scale_id, "role": design.role}
    programmes = {
        whose: programme_in(design.arms[whose], design.programme) for whose in source.values()
    }
    if all(one is design.programme for one in programmes.values()):
        return reveal(world.potential, matching, **asked)
    whose_of = matching.dyads["arm"].astype(str).map(dict(source)).to_numpy(dtype=object)
    parts = []
    for whose, programme in programmes.items():
        # The shocks are drawn anew from the same streams, since their number may differ.
        potential = replace(world.potential, programme=programme)
        parts.append(reveal(potential, matching, **asked)[whose_of == whose])
    return pd.concat(parts).sort_index()
