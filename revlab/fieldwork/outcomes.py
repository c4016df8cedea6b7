"""Outcomes: what the sessions that were held did to the two people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default
from revlab.fieldwork.sessions import SessionPaths

__all__ = ["GAINS", "DyadTraits", "OutcomeModel"]

Array = npt.NDArray[np.float64]

GAINS: Mapping[str, float] = MappingProxyType(
    {
        name: default(f"gain.{name}")
        for name in (
            *("digital_confidence", "openness", "voice", "business_insight"),
            *("safety", "perceived_investment", "creativity", "patience", "intention_to_stay"),
        )
    }
)
"""Scale to the gain of an average dyad that holds all planned sessions, in latent SD."""


@dataclass(frozen=True, eq=False)
class DyadTraits:
    """What the two people of each dyad bring, arrays of shape (..., n_dyads), in SD.

    Parameters
    ----------
    fit : array
        True fit of the dyad.
    openness : array
        Openness of the senior to learning from a junior.
    teaching : array
        Teaching skill of the junior, training included.
    """

    fit: Array
    openness: Array
    teaching: Array


@dataclass(frozen=True)
class OutcomeModel:
    """How much a held session gives, and how gains add up.

    A held session with relationship quality ``q`` gives the senior
    ``exp(fit F + quality q + openness O + teaching T + c)`` and the junior
    ``exp(fit F + quality q + openness O + c)``, where ``c`` is what a curriculum adds; an
    average session gives about 1. With ``D`` the sum over the sessions held so far and ``K`` the
    number planned, the gain in a scale is
    ``gain * (1 - exp(-saturation D)) / (1 - exp(-saturation K))``: it rises with every session
    that is held, by less and less. To compare programmes with different numbers of sessions, hold
    ``K`` fixed with ``full_dose``; else each programme that is held in full gives the same.

    Parameters
    ----------
    gains : mapping of str to float
        Scale to the gain of an average dyad that holds all planned sessions, in latent SD.
        A new scale can be simulated once it is named here.
    fit, quality, openness, teaching : float
        Effects on the log of what a session gives, per SD.
    curriculum : float
        What a full curriculum adds to the log, against none.
    training : float
        What full training adds to the junior's teaching skill, against none, in SD.
    saturation : float
        Above 0; near 0 every session counts the same.
    full_dose : int or None
        Sessions that ``gains`` are stated for; None for those of the programme.

    Raises
    ------
    OptionError
        If ``saturation`` is not above 0, or ``full_dose`` is no number of sessions.

    Examples
    --------
    >>> model = OutcomeModel(saturation=0.1)
    >>> given = np.array([0.0, 3.0, 6.0])
    >>> model.gain("voice", given, planned=6).round(3).tolist()
    [0.0, 0.121, 0.21]
    """

    gains: Mapping[str, float] = field(default_factory=lambda: dict(GAINS))
    fit: float = default("outcome.fit")
    quality: float = default("outcome.quality")
    openness: float = default("outcome.openness")
    teaching: float = default("outcome.teaching")
    curriculum: float = default("outcome.curriculum")
    training: float = default("outcome.training")
    saturation: float = default("outcome.saturation")
    full_dose: int | None = None

    def __post_init__(self) -> None:
        must(
            self.saturation > 0,
            f"`saturation` must be above 0; got {self.saturation:g}.",
            OptionError,
        )
        must(
            self.full_dose is None or self.full_dose >= 1,
            f"`full_dose` must be sessions, at least 1, or None; got {self.full_dose}.",
            OptionError,
        )

    def __call__(
        self, paths: SessionPaths, traits: DyadTraits, *, role: str, curriculum: float
    ) -> Array:
        """Return what each session gave one side, 0 if not held, (..., n_sessions, n_dyads).

        ``curriculum`` is the lever of the programme less its middle, -0.5 to 0.5.
        """
        brought = self.fit * traits.fit + self.openness * traits.openness
        if role == "mentee":
            brought = brought + self.teaching * traits.teaching
        shift = brought + self.curriculum * curriculum
        # In place: many replications stand side by side here, and new arrays cost more than sums.
        given: Array = self.quality * paths.quality
        given += shift[..., None, :]
        np.exp(given, out=given)
        given *= paths.held
        return given

    def gain(self, scale_id: str, given: Array, *, planned: int) -> Array:
        """Return the latent gain in a scale when the sessions so far gave ``given`` in all.

        Raises
        ------
        OptionError
            If the model has no gain for the scale.
        """
        must(
            scale_id in self.gains,
            f"the outcome model has no gain for the scale {scale_id!r}; name it in "
            "`OutcomeModel(gains=...)`.",
            OptionError,
        )
        dose = planned if self.full_dose is None else self.full_dose
        whole = -np.expm1(-self.saturation * dose)
        gain: Array = self.gains[scale_id] * -np.expm1(-self.saturation * given) / whole
        return gain
