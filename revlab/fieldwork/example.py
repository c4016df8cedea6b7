"""The pilot in ``data/example_pilot``: simulated, and made anew by this module bit for bit."""

from dataclasses import replace
from pathlib import Path

from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.pilot import Pilot, write_pilot
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.protocol import PrimaryAnalysis, SecondaryOutcome
from revlab.fieldwork.simulate import simulate_pilot
from revlab.fieldwork.stated import StatedAnalysis
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.roster import read_roster
from revlab.people.skill_draw import draw_skills
from revlab.people.skills import read_skills
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.rng import stream
from revlab.shipped import shipped

__all__ = ["EXAMPLE_SEED", "example_pilot", "write_example_pilot"]

EXAMPLE_SEED = 2026
"""Seed of the shipped pilot."""

_HOW = """
The people are the made-up sample in `data/rosters/ukcs_small` (its origin and licence are stated
there) with simulated skills, under pseudonyms. Twelve pools were dealt to two arms: paired by the
policy "optimal", or at random. To make this folder anew, byte for byte:

    from revlab.fieldwork.example import write_example_pilot
    write_example_pilot("data/example_pilot")
"""
_POOLS = 12
_ARMS = ("optimal", "random")
_STATED = StatedAnalysis(
    PrimaryAnalysis(
        primary_scale="digital_confidence",
        primary_role="mentee",
        treatment="optimal",
        control="random",
        margin=0.3,
        estimator="ancova_cr2",
    ),
    secondary=(
        # asked only after the start, so there is no starting score to adjust for
        SecondaryOutcome("relationship_quality", "mentee", margin=0.3, estimator="change_cr2"),
        SecondaryOutcome("voice", "mentor", margin=0.3),
    ),
    progression=(
        Criterion("Pairs last to the end", "dyads_completed", amber=0.5, green=0.7),
        Criterion("Planned sessions are held", "sessions_held", amber=0.5, green=0.7),
        Criterion("People answer the last survey", "final_response", amber=0.4, green=0.6),
    ),
)


def example_pilot(*, extras: tuple[str, ...] = ()) -> Pilot:
    """Return the shipped example, made from its seed.

    The made-up civil servants of ``data/rosters/ukcs_small``, under pseudonyms and with simulated
    skills, are dealt to twelve pools; six are paired by the policy "optimal", six at random, and
    a programme with all defaults is simulated.

    Parameters
    ----------
    extras : tuple of {"ideas", "contacts", "expectations", "goals", "starts"}
        What it records besides; the shipped folder has none. All else is the same.

    Returns
    -------
    Pilot

    Examples
    --------
    >>> example_pilot().plan.analysis.primary_scale
    'digital_confidence'
    >>> example_pilot(extras=("ideas",)).extras
    Extras: ideas, extras_truth
    """
    # The key is no secret here: these people are made up, and the folder must come out the same.
    names = Pseudonyms(stream(EXAMPLE_SEED, "key").bytes(32))
    roster = read_roster(shipped("data/rosters/ukcs_small"), pseudonyms=names)
    taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    cohort = draw_skills(roster, taxonomy, rng=stream(EXAMPLE_SEED, "skills"))
    pools = draw_pools(cohort, _POOLS, rng=stream(EXAMPLE_SEED, "pools"))
    labels = sorted(set(pools["pool_id"]))
    arms = draw_arms(labels, _ARMS, rng=stream(EXAMPLE_SEED, "arms"))
    matching = pair_in_pools(
        cohort, pools, arms=arms, policies={arm: arm for arm in _ARMS}, seed=EXAMPLE_SEED
    )
    pilot = simulate_pilot(
        cohort,
        matching,
        compatibility=score_cohort(cohort),
        programme=Programme(extras=extras),
        seed=EXAMPLE_SEED,
    )
    plan = replace(
        pilot.plan,
        name="Example pilot: optimal against random pairing (simulated)",
        analysis=_STATED.analysis,
        secondary=_STATED.secondary,
        progression=_STATED.progression,
    )
    return replace(pilot, plan=plan, registered=_STATED)


def write_example_pilot(folder: Path | str) -> None:
    """Write the shipped example, made from its seed, to a folder.

    Parameters
    ----------
    folder : pathlib.Path or str
        ``data/example_pilot`` of a checkout, or any other.
    """
    write_pilot(example_pilot(), folder)
    with (Path(folder) / "README.md").open("a", encoding="utf-8", newline="\n") as readme:
        readme.write(_HOW)
