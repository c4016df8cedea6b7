"""Which people of a cohort take part, and what each of them would gain by it."""

import numpy as np
import pandas as pd

from revlab.errors import PilotError
from revlab.fieldwork.potential import Potential

__all__ = ["joiners"]


def joiners(potential: Potential) -> pd.DataFrame:
    """Return who takes part by the joining rule of the programme.

    Draw the potential of the whole cohort, pair those who join (``cohort.subset``), and reveal
    that matching: so two rules share the same people with the same needs.

    Parameters
    ----------
    potential : Potential
        Of a programme with a `revlab.fieldwork.joining.Joining`.

    Returns
    -------
    pandas.DataFrame
        ``person_id, role, joins, gain_factor`` (gain of the person in average gains), one row for
        each person and side, mentors first.

    Raises
    ------
    PilotError
        If the programme does not say how people join.

    References
    ----------
    Sandvik, Saouma, Seegert & Stanton 2025, Management Science, doi 10.1287/mnsc.2024.07524.

    Examples
    --------
    >>> from revlab.fieldwork.joining import Joining
    >>> from revlab.fieldwork.programme import Programme
    >>> ids = [pd.Index([f"{side}{k:03d}" for k in range(400)]) for side in "JS"]
    >>> programme = Programme(joining=Joining("volunteers"))
    >>> nobody = np.zeros((400, 400))
    >>> people = ids[0].union(ids[1])
    >>> found = joiners(Potential(programme, people, *ids, nobody, seed=1, replication=0))
    >>> found.groupby("joins")["gain_factor"].mean().round(1).to_dict()
    {False: 1.9, True: -0.0}
    """
    rule = potential.programme.joining
    if rule is None:
        raise PilotError(
            "the programme does not say how people join, so everybody takes part; give "
            "`Programme(joining=Joining(...))`."
        )
    blocks = []
    for role, ids in (("mentor", potential.mentor_ids), ("mentee", potential.mentee_ids)):
        places = np.asarray(potential.people.get_indexer(ids))
        need = potential.normal("need")[places]
        blocks.append(
            pd.DataFrame(
                {
                    "person_id": ids,
                    "role": role,
                    "joins": rule(need, potential.normal("joining", role)[places]),
                    "gain_factor": rule.gain_factor(need),
                }
            )
        )
    return pd.concat(blocks, ignore_index=True)
