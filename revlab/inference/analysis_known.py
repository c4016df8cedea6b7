"""What is known of a dyad besides its first and last score, and goes with answering."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from revlab.fieldwork.frames import attendance
from revlab.fieldwork.instrument import score_scales
from revlab.fieldwork.pilot import Pilot

__all__ = ["known_of"]


def known_of(pilot: Pilot, scale_id: str, *, role: str, between: Sequence[int]) -> pd.DataFrame:
    """Return what goes with answering: sessions held, and the score before the last survey.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scale_id : str
        A scale of the pilot's instrument.
    role : {"mentor", "mentee"}
        Whose answers.
    between : sequence of int
        Waves that ask the scale after the start and before the end; the last of them counts.

    Returns
    -------
    pandas.DataFrame
        held (sessions) and middle (score in points, NaN if there is none), one row per dyad in
        the order of ``pilot.dyads``.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> known = known_of(pilot, "voice", role="mentor", between=[2])
    >>> known.isna().sum().tolist()
    [0, 14]
    """
    known = pd.DataFrame({"held": attendance(pilot)["held"].to_numpy(dtype=float)})
    known["middle"] = np.nan
    if not between:
        return known
    items = [form.item_id for form in pilot.instrument.forms(scale_id, role)]
    asked = pilot.responses[
        pilot.responses["item_id"].isin(items)
        & (pilot.responses["role"] == role)
        & (pilot.responses["wave"] == between[-1])
    ]
    scores = score_scales(asked, pilot.instrument).set_index("dyad_id")["score"]
    known["middle"] = scores.reindex(pilot.dyads["dyad_id"]).to_numpy(dtype=np.float64)
    return known
