"""Who could be paired if the others moved up, so that nobody loses a place."""

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.standing import Standing

__all__ = ["could_make_room"]

Mask = NDArray[np.bool_]


def could_make_room(view: Standing, partners: Standing) -> Mask:
    """Mark the partners who could take one more without anybody being left out.

    Such a partner has a free place, or has somebody who could go to another such partner: there
    is an augmenting path from them to a free place.

    Parameters
    ----------
    view : Standing
        The matching as the side sees it for whom room is sought.
    partners : Standing
        The same as the other side sees it.

    Returns
    -------
    array of bool, shape (n_partners,)

    References
    ----------
    Berge 1957, Two theorems in graph theory, Proceedings of the National Academy of Sciences
    43:842-844.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.standing import standing
    >>> fit = Compatibility.from_scores(np.ones((2, 2)), eligible=[[True, True], [True, False]])
    >>> made = matching_from_cells(fit, np.array([[0, 0]]), policy="by hand")
    >>> sides = standing(fit, made)
    >>> could_make_room(sides["mentee"], sides["mentor"]).tolist()
    [True, True]
    """
    able: Mask = np.asarray(partners.room > 0)
    elsewhere = view.within_reach & ~view.together
    while True:
        movable: Mask = np.any(elsewhere & able, axis=1)
        more: Mask = able | np.any(view.together & movable[:, None], axis=0)
        if (more == able).all():
            return able
        able = more
