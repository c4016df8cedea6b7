"""Kenward and Roger's standard errors and degrees of freedom, for few groups."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.mixed import MixedFit
from revlab.inference.mixed_rows import line_of
from revlab.inference.reml import Blocks

__all__ = ["kenward_roger"]

Floats = NDArray[np.float64]
_TINY = 1e-100
_STEP = 1e-5


def kenward_roger(fit: MixedFit, weights: int | ArrayLike, *, conf_level: float = 0.95) -> Estimate:
    """Return a coefficient of a REML fit with Kenward and Roger's error and degrees of freedom.

    Satterthwaite's degrees of freedom leave the standard error as it is, which is too small
    with few groups because it takes the variances as known. Kenward and Roger widen it too.

    Parameters
    ----------
    fit : MixedFit
        From `fit_mixed` or `fit_compound_symmetry` with ``method="REML"``, or the ``fit`` of an
        `actor_partner` model.
    weights : int or array of shape (p,)
        Position of the coefficient, or a weight for each.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimateError
        For a maximum-likelihood fit, or one without variance between the groups.

    Notes
    -----
    All covariances of these fits are linear in their parameters, so second derivatives of the
    covariance vanish, and all that the correction needs are derivatives of ``X' V^-1 X`` and of
    ``log |V|``. For a single sum of coefficients the approximate F test has the degrees of
    freedom of Satterthwaite's formula with the expected information, and no further scale.

    References
    ----------
    Kenward & Roger (1997), Biometrics 53.

    Examples
    --------
    >>> from revlab.inference.mixed import fit_mixed
    >>> y, arm = [1.0, 2, 4, 5, 3, 3.5, 6, 8], [0, 0, 0, 0, 1, 1, 1, 1]
    >>> fit = fit_mixed(y, np.column_stack([np.ones(8), arm]), group=[1, 1, 2, 2, 3, 3, 4, 4])
    >>> round(kenward_roger(fit, 1).df, 3)
    2.0
    """
    must(
        fit.fitted.method == "REML",
        "Kenward and Roger's correction is for REML fits; fit the model with method='REML'.",
        EstimateError,
    )
    must(
        not np.isfinite(fit.residual_df),
        "nothing varies between the groups, so there is nothing to correct; use the estimate of "
        "the fit itself.",
        EstimateError,
    )
    line = line_of(weights, len(fit.coefficients))
    wide, spread = _corrected(fit)
    slopes = np.einsum("i,kij,j->k", line, fit.fitted.slopes, line)
    variance = float(line @ fit.fitted.covariance @ line)
    plain = t_estimate(
        float(line @ fit.coefficients),
        float(np.sqrt(line @ wide @ line)),
        df=2 * variance**2 / float(slopes @ spread @ slopes),
        conf_level=conf_level,
    )
    return replace(
        plain,
        n=fit.n,
        n_clusters=fit.n_groups,
        convention=fit.convention.replace("Satterthwaite", "Kenward-Roger standard error and"),
        note=fit.note,
    )


def _slopes(blocks: Blocks, psi: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives of ``X' V^-1 X``, shape (k, p, p), and of ``log |V|``, shape (k,)."""
    sums = [blocks.products(psi + 1j * _TINY * unit) for unit in np.eye(len(psi))]
    tables = np.array([np.imag(one.xvx) / _TINY for one in sums])
    return tables, np.array([np.imag(one.log_det) / _TINY for one in sums])


def _corrected(fit: MixedFit) -> tuple[Floats, Floats]:
    """Return the widened covariance of the coefficients and the covariance of ``psi``."""
    psi, phi, blocks = fit.fitted.psi, fit.fitted.covariance, fit.fitted.blocks
    first, _ = _slopes(blocks, psi)
    second, curve = [], []
    for size, unit in zip(_steps(psi), np.eye(len(psi)), strict=True):
        up, down = _slopes(blocks, psi + size * unit), _slopes(blocks, psi - size * unit)
        second.append((up[0] - down[0]) / (2 * size))
        curve.append((up[1] - down[1]) / (2 * size))
    # d2(X'V^-1X) is twice the symmetric part of Kenward and Roger's Q, and -d2 log|V| the trace.
    q = np.array(second) / 2
    trace = -np.array(curve)
    around = np.einsum("ab,kbc->kac", phi, first)
    product = np.einsum("iab,jba->ij", around, around)
    information = (trace - 2 * np.einsum("ab,ijba->ij", phi, q) + product) / 2
    spread = np.linalg.inv((information + information.T) / 2)
    inside = q - np.einsum("iab,bc,jcd->ijad", first, phi, first)
    extra = 2 * phi @ np.einsum("ij,ijab->ab", spread, inside) @ phi
    wide: Floats = phi + (extra + extra.T) / 2
    return wide, np.asarray(spread, dtype=np.float64)


def _steps(psi: Floats) -> Floats:
    sizes: Floats = _STEP * np.maximum(np.abs(psi), _STEP * np.abs(psi).max())
    return sizes
