"""The part of a pilot's analysis that is about whom people turn to, across levels."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import nan

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.fieldwork.extra_frames import contact_people, contact_ties
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import blocked
from revlab.inference.comparison import read_comparison
from revlab.inference.cores import change_core
from revlab.inference.cross_ties import Network, assortativity, cross_share, read_network
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.inversion import Replay
from revlab.inference.plan import AnalysisPlan
from revlab.inference.regression import cluster_robust
from revlab.inference.tie_permutation import homophily_test

__all__ = ["networks", "tie_changes", "tie_findings"]

_PARTNERS = "ties between partners left out"


def networks(pilot: Pilot) -> Iterator[tuple[int, Network]]:
    """Yield the network of each wave, without the ties between partners.

    Parameters
    ----------
    pilot : Pilot
        With the table ``contacts``.

    Yields
    ------
    wave : int
    network : Network
    """
    people, ties = contact_people(pilot), contact_ties(pilot)
    ties = ties[~ties["partner"]]
    for wave, part in people.groupby("wave"):
        yield int(wave), read_network(part, ties[ties["wave"] == wave])


def tie_changes(pilot: Pilot) -> pd.DataFrame:
    """Return one row per person in a dyad: contacts of the other level, first and last wave.

    Parameters
    ----------
    pilot : Pilot
        With the table ``contacts``.

    Returns
    -------
    pandas.DataFrame
        ``person_id, pool_id, arm`` (``block`` if there are blocks), ``pre, post``: contacts of
        the other level, the partner left out, at the first and at the last wave that asks; NaN
        where the person did not answer. People of both levels are left out.
    """
    people, ties = contact_people(pilot), contact_ties(pilot)
    level = people.drop_duplicates("person_id").set_index("person_id")["level"]
    named = ties[~ties["partner"]].copy()
    apart = [named[name].map(level) for name in ("person_id", "contact_id")]
    named = named[(apart[0] != apart[1]) & (apart[0] != "both") & (apart[1] != "both")]
    counts = named.groupby(["person_id", "wave"]).size()
    paired = pilot.people.loc[pilot.people["status"] == "paired", "person_id"]
    people = people[people["person_id"].isin(paired) & (people["level"] != "both")]
    frame = people.drop_duplicates("person_id").drop(columns=["wave", "answered", "level"])
    ends = (int(people["wave"].min()), int(people["wave"].max())) if len(people) else (0, 0)
    for name, wave in zip(("pre", "post"), ends, strict=True):
        there = people[(people["wave"] == wave) & people["answered"]]["person_id"]
        cells = pd.MultiIndex.from_arrays([frame["person_id"], [wave] * len(frame)])
        found = counts.reindex(cells, fill_value=0).to_numpy(dtype=float)
        frame[name] = np.where(frame["person_id"].isin(there), found, nan)
    return frame.reset_index(drop=True)


def tie_findings(pilot: Pilot, *, plan: AnalysisPlan | None, seed: int) -> list[Finding | Refusal]:
    """Return what a pilot says about ties across levels, ties between partners left out.

    Parameters
    ----------
    pilot : Pilot
        With the table ``contacts``.
    plan : AnalysisPlan or None
        None gives no contrast.
    seed : int
        Root of the permutation streams.

    Returns
    -------
    list of Finding or Refusal
        For each wave "ties_share" (share of ties across levels) and "ties_index" (E-I index with
        its permutation test). If two waves were asked, "ties_change" (contacts of the other level
        per person, last less first) and with a plan "ties_contrast" (between arms).

    References
    ----------
    Krackhardt & Stern (1988), Social Psychology Quarterly 51.
    """
    level = plan.primary.conf_level if plan else 0.95
    results: list[Finding | Refusal] = []
    waves = []
    for wave, network in networks(pilot):
        waves.append(wave)
        makers = {
            "ties_share": partial(_share, network, level),
            "ties_index": partial(_index, network, level, seed),
        }
        for topic, make in makers.items():
            results.append(attempt(Where(topic, wave=wave), make))
    if not waves:
        return [Refusal(Where("ties_share"), "contacts.csv has no row, so nobody was asked.")]
    if len(waves) < 2:
        return results
    changes = tie_changes(pilot)
    results.append(attempt(Where("ties_change"), partial(_change, changes, level)))
    if plan is None:
        return results
    make = partial(_contrast, changes, plan)
    return [*results, attempt(Where("ties_contrast"), make, status="exploratory")]


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _share(network: Network, conf_level: float) -> Estimate:
    plain = cross_share(network, conf_level=conf_level)
    alike = assortativity(network)
    mixing = "" if np.isnan(alike) else f"assortativity of levels {alike:.2f}"
    return replace(plain, note=_joined(plain.note, _PARTNERS, mixing))


def _index(network: Network, conf_level: float, seed: int) -> Estimate:
    plain = homophily_test(network, replay=Replay(seed=seed), conf_level=conf_level)
    return replace(plain, note=_joined(plain.note, _PARTNERS))


def _change(changes: pd.DataFrame, conf_level: float) -> Estimate:
    gain = (changes["post"] - changes["pre"]).to_numpy(dtype=float)
    there = ~np.isnan(gain)
    n = int(there.sum())
    must(n >= 2, f"{n} people said it both before and after; two are needed.", EstimateError)
    pools = changes["pool_id"].astype(str).to_numpy()[there]
    several = len(set(pools)) >= 2
    unit = pools if several else np.arange(n)
    fit = cluster_robust(np.ones((n, 1)), gain[there], cluster=unit)
    words = "pools" if several else "people, as there is one pool"
    return replace(
        fit.estimate(0, conf_level=conf_level),
        estimand="contacts of the other level per person",
        estimator="ties_change",
        contrast="last - first",
        n_missing=int((~there).sum()),
        n_clusters=fit.n_clusters if several else 0,
        unit="contacts",
        convention=f"mean over people of the last less the first wave, CR2 standard error over "
        f"{words}, Satterthwaite t; who did not answer both is left out",
        note=_joined(_PARTNERS, "a change without a comparison"),
    )


def _contrast(changes: pd.DataFrame, plan: AnalysisPlan) -> Estimate:
    frame = blocked(changes.rename(columns={"person_id": "dyad_id"}), plan)
    comparison = read_comparison(frame, plan.contrast)
    plain = change_core(comparison, plan.primary.conf_level)
    said = plain.convention.replace("dyads", "people").replace("dyad", "person")
    return replace(
        plain,
        estimand="change in contacts of the other level per person",
        estimator="ties_contrast",
        unit="contacts",
        convention=said,
        note=_joined(plain.note, _PARTNERS),
    )
