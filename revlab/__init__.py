"""Design research for reverse-mentoring programmes: people, pairing, fieldwork, inference, design.

The names below are loaded when they are first used, so that ``import revlab`` costs nothing.

>>> import revlab
>>> revlab.stream(7, "example").integers(10, size=3).shape
(3,)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from revlab.design.arms import Arm
    from revlab.design.calibration import calibrate
    from revlab.design.design import Design
    from revlab.design.diagnose import diagnose
    from revlab.design.doses import dose_curve
    from revlab.design.evaluate import evaluate_policy
    from revlab.design.learned import Learned, learn_from_pilot
    from revlab.design.learned_file import read_learned
    from revlab.design.simulate import simulate_design
    from revlab.errors import RevlabError
    from revlab.fieldwork.instrument import Instrument
    from revlab.fieldwork.pilot import Pilot, read_pilot, write_pilot
    from revlab.fieldwork.programme import Programme
    from revlab.fieldwork.replications import simulate_replications
    from revlab.fieldwork.simulate import simulate_pilot
    from revlab.inference.alarms import alarm_rule
    from revlab.inference.analysis import analyse_pilot
    from revlab.inference.estimate import Contrast, Estimate
    from revlab.inference.estimators import ESTIMATORS
    from revlab.inference.looks import look_bounds
    from revlab.pairing.compatibility import Compatibility
    from revlab.pairing.matching import Matching
    from revlab.pairing.policies import POLICIES, Policy, pair
    from revlab.pairing.quality import compare
    from revlab.pairing.scoring import score_cohort
    from revlab.people.cohort import Cohort
    from revlab.people.roster import read_roster
    from revlab.report.cards import answer_card
    from revlab.report.frames import show
    from revlab.rng import stream

__version__ = "0.1.0"

_HOMES = {
    "Arm": "revlab.design.arms",
    "Cohort": "revlab.people.cohort",
    "Compatibility": "revlab.pairing.compatibility",
    "Contrast": "revlab.inference.estimate",
    "Design": "revlab.design.design",
    "ESTIMATORS": "revlab.inference.estimators",
    "Estimate": "revlab.inference.estimate",
    "Instrument": "revlab.fieldwork.instrument",
    "Learned": "revlab.design.learned",
    "Matching": "revlab.pairing.matching",
    "POLICIES": "revlab.pairing.policies",
    "Pilot": "revlab.fieldwork.pilot",
    "Policy": "revlab.pairing.policies",
    "Programme": "revlab.fieldwork.programme",
    "RevlabError": "revlab.errors",
    "alarm_rule": "revlab.inference.alarms",
    "analyse_pilot": "revlab.inference.analysis",
    "answer_card": "revlab.report.cards",
    "calibrate": "revlab.design.calibration",
    "compare": "revlab.pairing.quality",
    "diagnose": "revlab.design.diagnose",
    "dose_curve": "revlab.design.doses",
    "evaluate_policy": "revlab.design.evaluate",
    "learn_from_pilot": "revlab.design.learned",
    "look_bounds": "revlab.inference.looks",
    "pair": "revlab.pairing.policies",
    "read_learned": "revlab.design.learned_file",
    "read_pilot": "revlab.fieldwork.pilot",
    "read_roster": "revlab.people.roster",
    "score_cohort": "revlab.pairing.scoring",
    "show": "revlab.report.frames",
    "simulate_design": "revlab.design.simulate",
    "simulate_pilot": "revlab.fieldwork.simulate",
    "simulate_replications": "revlab.fieldwork.replications",
    "stream": "revlab.rng",
    "write_pilot": "revlab.fieldwork.pilot",
}

__all__ = [
    "ESTIMATORS",
    "POLICIES",
    "Arm",
    "Cohort",
    "Compatibility",
    "Contrast",
    "Design",
    "Estimate",
    "Instrument",
    "Learned",
    "Matching",
    "Pilot",
    "Policy",
    "Programme",
    "RevlabError",
    "alarm_rule",
    "analyse_pilot",
    "answer_card",
    "calibrate",
    "compare",
    "diagnose",
    "dose_curve",
    "evaluate_policy",
    "learn_from_pilot",
    "look_bounds",
    "pair",
    "read_learned",
    "read_pilot",
    "read_roster",
    "score_cohort",
    "show",
    "simulate_design",
    "simulate_pilot",
    "simulate_replications",
    "stream",
    "write_pilot",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"revlab has no {name!r}; it offers {', '.join(sorted(_HOMES))}.")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
