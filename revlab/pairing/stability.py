"""Judges of a matching from the people's own point of view: who would rather have whom."""

import numpy as np
import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.standing import standing

__all__ = ["blocking_pairs", "envy", "envy_pairs", "rank_profile"]


def blocking_pairs(compatibility: Compatibility, matching: Matching) -> pd.DataFrame:
    """Return every pair that would rather have each other, with whom they would leave.

    A pair blocks if the two may meet, are in one pool and not together, and each of them either
    has room or likes the other strictly better than somebody they have. A matching without such
    a pair is stable (Gale and Shapley 1962; pairwise stable where both sides have several
    places).

    Parameters
    ----------
    compatibility : Compatibility
        The scores to judge by.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``mentee_id, mentor_id, mentee_leaves, mentor_leaves, mentee_gain, mentor_gain``: whom
        each would leave, which is the partner they like least (missing if they have a free
        place), and by how much the new partner scores better than that one, or than nobody.
        With it the certificate, to be checked by hand: ``mentee_free, mentor_free`` places,
        ``mentee_score_new, mentor_score_new`` for each other, and ``mentee_score_now,
        mentor_score_now`` for whom they would leave (missing with that one).

    Raises
    ------
    PairingError
        If the matching names somebody who is not in the compatibility.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.8, 0.2]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> blocking_pairs(fit, crossed).iloc[:, :4].values.tolist()
    [['mentee1', 'mentor1', 'mentor2', 'mentee2']]
    """
    sides = standing(compatibility, matching)
    i, j = np.nonzero(sides["mentee"].would_take & sides["mentor"].would_take.T)
    ids = {"mentee": compatibility.mentee_ids, "mentor": compatibility.mentor_ids}
    leaves, gains = {}, {}
    proof: dict[str, np.ndarray] = {}
    for side, other, own, new in (("mentee", "mentor", i, j), ("mentor", "mentee", j, i)):
        view = sides[side]
        full = view.room[own] == 0
        worst = ids[other][view.worst_partner[own]]
        leaves[f"{side}_leaves"] = pd.Series(worst, dtype=object).where(full, None)
        gains[f"{side}_gain"] = view.score[own, new] - np.where(full, view.worst_held[own], 0.0)
        proof[f"{side}_free"] = view.room[own]
        proof[f"{side}_score_new"] = view.score[own, new]
        proof[f"{side}_score_now"] = np.where(full, view.worst_held[own], np.nan)
    return pd.DataFrame({"mentee_id": ids["mentee"][i], "mentor_id": ids["mentor"][j]}).assign(
        **leaves, **gains, **proof
    )


def rank_profile(compatibility: Compatibility, matching: Matching) -> pd.DataFrame:
    """Return how many people got their first choice, their second, and so on.

    The rank counts the allowed partners in the pool who score strictly better for that person,
    plus one. Somebody with several dyads counts once, at the best of them.

    Parameters
    ----------
    compatibility : Compatibility
        The scores to judge by.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``side, rank, n, share``, by side and rank; ``share`` is of all people of that side in
        the matching, those left over included, so it sums to the share that is paired.

    Raises
    ------
    PairingError
        If the matching names somebody who is not in the compatibility.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.8, 0.2]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> rank_profile(fit, crossed).query("side == 'mentee'")[["rank", "n"]].values.tolist()
    [[1, 1], [2, 1]]
    """
    frames = []
    for side, view in standing(compatibility, matching).items():
        ranks, counts = np.unique(view.best_rank, return_counts=True)
        people = len(view.best_rank) + len(getattr(matching, f"unmatched_{side}s"))
        profile = pd.DataFrame({"side": side, "rank": ranks, "n": counts})
        frames.append(profile.assign(share=counts / max(people, 1)))
    return pd.concat(frames, ignore_index=True)


def envy(compatibility: Compatibility, matching: Matching) -> pd.DataFrame:
    """Return how many people of each side would rather have somebody else's partner.

    Who has a free place would take any allowed partner; who has none would leave the partner
    they like least for a better one; who has a capacity of zero wants nobody. Envy is justified
    if that partner, too, would rather have them, in a free place or instead of somebody.

    Parameters
    ----------
    compatibility : Compatibility
        The scores to judge by.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``side, n, n_envious, share, n_justified``, one row per side; ``n`` counts the people in
        the matching.

    Raises
    ------
    PairingError
        If the matching names somebody who is not in the compatibility.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.8, 0.2]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> envy(fit, crossed)[["side", "n_envious", "n_justified"]].values.tolist()
    [['mentee', 1, 1], ['mentor', 2, 1]]
    """
    sides = standing(compatibility, matching)
    rows = []
    for side, other in (("mentee", "mentor"), ("mentor", "mentee")):
        view = sides[side]
        wanted = view.would_take & view.together.any(axis=0)
        envious = wanted.any(axis=1)
        justified = (wanted & sides[other].would_take.T).any(axis=1)
        n = len(view.best_rank) + len(getattr(matching, f"unmatched_{side}s"))
        rows.append((side, n, envious.sum(), envious.sum() / max(n, 1), justified.sum()))
    return pd.DataFrame(rows, columns=["side", "n", "n_envious", "share", "n_justified"])


def envy_pairs(compatibility: Compatibility, matching: Matching) -> pd.DataFrame:
    """Return who envies whom, and for which partner.

    Parameters
    ----------
    compatibility : Compatibility
        The scores to judge by.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``side, person_id, envies, partner_id, gain, justified``: one row for each person, each
        better partner and each other person who has that partner. ``gain`` is by how much the
        partner scores better than the one the person would give up, or than nobody. Envy is
        justified if the partner has a free place or likes the envious person strictly better
        than the envied one (Abdulkadiroglu and Sonmez 2003, American Economic Review
        93:729-747).

    Raises
    ------
    PairingError
        If the matching names somebody who is not in the compatibility.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.8, 0.2]])
    >>> crossed = matching_from_cells(fit, np.array([[0, 1], [1, 0]]), policy="by hand")
    >>> found = envy_pairs(fit, crossed)
    >>> found[["person_id", "envies", "partner_id", "justified"]].values.tolist()[:2]
    [['mentee1', 'mentee2', 'mentor1', True], ['mentor1', 'mentor2', 'mentee1', True]]
    """
    sides = standing(compatibility, matching)
    ids = {"mentee": compatibility.mentee_ids, "mentor": compatibility.mentor_ids}
    frames = []
    for side, other in (("mentee", "mentor"), ("mentor", "mentee")):
        view, theirs = sides[side], sides[other]
        wanted = pd.DataFrame(np.argwhere(view.would_take), columns=["person", "partner"])
        held = pd.DataFrame(np.argwhere(view.together), columns=["holder", "partner"])
        rows = wanted.merge(held, on="partner").sort_values(["person", "partner", "holder"])
        person, partner, holder = (rows[k].to_numpy(int) for k in ("person", "partner", "holder"))
        given_up = np.where(view.room[person] > 0, 0.0, view.worst_held[person])
        better = theirs.score[partner, person] > theirs.score[partner, holder]
        columns = {
            "side": side,
            "person_id": ids[side][person],
            "envies": ids[side][holder],
            "partner_id": ids[other][partner],
            "gain": view.score[person, partner] - given_up,
            "justified": better | (theirs.room[partner] > 0),
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)
