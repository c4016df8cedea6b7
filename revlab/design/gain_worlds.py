"""The expected gain under two policies, for any values of the assumptions, with the same chance."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from revlab.design.arms import programmes_of
from revlab.design.design import Design
from revlab.design.histories import session_levers
from revlab.design.parameter_values import with_values
from revlab.design.world import World, draw_world, score_design
from revlab.errors import DesignError, must
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.outcomes import DyadTraits
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.sessions import SessionShocks, workload_path

__all__ = ["GainWorlds", "draw_gain_worlds"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GainWorlds:
    """Dyads of several draws of a design under both of its policies, and their shocks.

    Parameters
    ----------
    design : Design
        What is run.
    known, unknown : array, shape (n_dyads,)
        The part of the true fit that the score knows, and the part that it does not, in SD.
    others, openness, teaching : array, shape (n_dyads,)
        What else the two bring, in SD.
    shocks : SessionShocks
        Of shape (n_sessions, n_dyads); the workload is not yet carried over.
    treated : array of bool, shape (n_dyads,)
        Whether the dyad was made by the treatment policy; the others by the control policy.
    """

    design: Design
    known: Array
    unknown: Array
    others: Array
    openness: Array
    teaching: Array
    shocks: SessionShocks
    treated: npt.NDArray[np.bool_]

    def difference(self, programme: Programme) -> float:
        """Return the mean gain under the treatment policy less that under the control, in SD.

        It has no noise of answers, and the same people and shocks for every programme.

        Raises
        ------
        DesignError
            If the programme has other sessions than the design.
        """
        self._check_sessions(programme)
        models = programme.assumptions
        validity = models.validity
        fit = validity * self.known + np.sqrt(1 - validity**2) * self.unknown
        quality = models.relationship.potential(fit, self.others)
        work = workload_path(self.shocks.workload, programme.session_persistence)
        support, keep = session_levers(programme)
        paths = models.sessions(
            replace(self.shocks, workload=work),
            quality,
            relationship=models.relationship,
            support=support[:, None],
            keep=keep[:, None],
        )
        sessions = models.outcomes(
            paths,
            DyadTraits(fit, self.openness, self.teaching),
            role=self.design.role,
            curriculum=programme.curriculum - 0.5,
        )
        agreed = models.agreement.added(
            programme.planned_sessions,
            goal_clarity=programme.goal_clarity,
            contracting=programme.contracting,
        )
        given = np.exp(agreed + programme.recognition.added(programme.planned_sessions))
        gain = models.outcomes.gain(
            self.design.scale_id,
            (given[:, None] * sessions).sum(axis=0),
            planned=programme.planned_sessions,
        )
        return float(gain[self.treated].mean() - gain[~self.treated].mean())

    def _check_sessions(self, programme: Programme) -> None:
        own = self.design.programme.planned_sessions
        must(
            programme.planned_sessions == own,
            f"`programme` plans {programme.planned_sessions} sessions, the design {own}; draw the "
            "worlds of a design with that programme.",
            DesignError,
        )


def draw_gain_worlds(design: Design, *, n_worlds: int, seed: int) -> GainWorlds:
    """Draw people, pools and shocks several times, and pair all of them by each policy.

    Parameters
    ----------
    design : Design
        What is run; its outcome must be a gain, and its levers the same for all dyads.
    n_worlds : int
        Draws.
    seed : int
        Root seed; world ``r`` has the people and shocks of replication ``r`` of
        `revlab.design.simulate.simulate_design`.

    Returns
    -------
    GainWorlds

    Raises
    ------
    DesignError
        If the outcome is not a gain of a person, levers differ from dyad to dyad, or an arm
        changes the programme.
    """
    _check(design)
    programme = design.programme
    scored = score_design(design)
    parts = []
    for replication in range(n_worlds):
        seen, blind = (
            draw_world(
                replace(design, programme=with_values(programme, {"fit.validity": validity})),
                scored,
                seed=seed,
                replication=replication,
            )
            for validity in (1.0, 0.0)
        )
        for arm in (design.contrast.treatment, design.contrast.control):
            parts.append(_part(seen, blind, arm))
    whole = {name: np.concatenate([p[name] for p in parts], axis=-1) for name in parts[0]}
    shocks = SessionShocks(*(whole.pop(name) for name in ("workload", "skip", "end")))
    return GainWorlds(design, shocks=shocks, treated=whole.pop("treated") > 0, **whole)


def _check(design: Design) -> None:
    """Refuse what the quick difference does not cover."""
    programme = design.programme
    models = programme.assumptions
    must(
        design.scale_id in models.outcomes.gains,
        f"{design.scale_id!r} is not a gain of a person; take a scale of "
        f"{list(models.outcomes.gains)}.",
        DesignError,
    )
    must(
        models.candour.silent(programme.recording)
        and models.gap.weight == models.agreement.mismatch_end == models.managers.spread == 0
        and models.generation.gain == models.generation.apart == models.patience.slow_end == 0
        and programme.joining is None,
        "levers that differ from dyad to dyad (candour, skill gap, expectations, managers, "
        "generations, patience, who joins) are not covered here; leave them at their neutral "
        "defaults.",
        DesignError,
    )
    must(
        all(one is programme for one in programmes_of(design.arms.values(), programme)),
        "only arms that differ in their policy are covered here; to compare programmes, call "
        "`simulate_design`.",
        DesignError,
    )


def _part(seen: World, blind: World, arm: str) -> dict[str, Array]:
    contrast, rounds = seen.design.contrast, (seen.design.programme.planned_sessions,)
    own = {name: name for name in (contrast.treatment, contrast.control)}
    matching = seen.matched(dict.fromkeys(seen.arms, arm), own)
    course = run_dyads(seen.potential, matching)
    return {
        "known": course.traits.fit,
        "unknown": run_dyads(blind.potential, matching).traits.fit,
        "others": _both(course, "relationship"),
        "openness": course.traits.openness,
        "teaching": course.traits.teaching,
        "treated": np.full(course.mentor.size, float(arm == contrast.treatment)),
        **{name: _both(course, name, rounds) for name in ("workload", "skip", "end")},
    }


def _both(course: Course, purpose: str, shape: tuple[int, ...] = ()) -> Array:
    drawn = course.potential.normal(purpose, shape=shape)
    return np.asarray((drawn[..., course.mentor] + drawn[..., course.mentee]) / np.sqrt(2.0))
