"""`FIGURES`: every figure by its name, and `draw`, which makes one with its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from revlab.errors import must, one_of
from revlab.report.canvas import mark_simulated
from revlab.report.figures_answers import alt_likert, plot_likert
from revlab.report.figures_chance import alt_chance, plot_chance
from revlab.report.figures_design import alt_power, alt_sampling, plot_power, plot_sampling
from revlab.report.figures_drivers import alt_drivers, plot_drivers
from revlab.report.figures_duration import alt_survival, plot_survival
from revlab.report.figures_effects import alt_change, plot_change
from revlab.report.figures_endings import alt_reasons, plot_reasons
from revlab.report.figures_evaluation import alt_evaluations, plot_evaluations
from revlab.report.figures_forest import alt_forest, plot_forest
from revlab.report.figures_formats import alt_formats, plot_formats
from revlab.report.figures_gaps import alt_gaps, alt_series, plot_gaps, plot_series
from revlab.report.figures_growth import alt_growth, plot_growth
from revlab.report.figures_interviews import alt_interviews, plot_interviews
from revlab.report.figures_ladder import alt_ladder, plot_ladder
from revlab.report.figures_missing import alt_sensitivity, plot_sensitivity
from revlab.report.figures_pairing import alt_heat, alt_scores, plot_heat, plot_scores
from revlab.report.figures_people import alt_grades, alt_skills, plot_grades, plot_skills
from revlab.report.figures_pilot import alt_attendance, alt_flow, plot_attendance, plot_flow
from revlab.report.figures_policies import alt_policies, alt_ranks, plot_policies, plot_ranks
from revlab.report.figures_records import alt_records, plot_records
from revlab.report.figures_ties import alt_ties, plot_ties
from revlab.report.views import FigureView

__all__ = ["FIGURES", "Drawing", "draw"]


@dataclass(frozen=True)
class Drawing:
    """A function that draws a tidy frame, and one that says the same in words."""

    plot: Callable[..., Axes]
    alt: Callable[..., str]


FIGURES: Mapping[str, Drawing] = MappingProxyType(
    {
        "grades": Drawing(plot_grades, alt_grades),
        "skills": Drawing(plot_skills, alt_skills),
        "heat": Drawing(plot_heat, alt_heat),
        "scores": Drawing(plot_scores, alt_scores),
        "policies": Drawing(plot_policies, alt_policies),
        "ranks": Drawing(plot_ranks, alt_ranks),
        "chance": Drawing(plot_chance, alt_chance),
        "flow": Drawing(plot_flow, alt_flow),
        "attendance": Drawing(plot_attendance, alt_attendance),
        "survival": Drawing(plot_survival, alt_survival),
        "reasons": Drawing(plot_reasons, alt_reasons),
        "growth": Drawing(plot_growth, alt_growth),
        "gaps": Drawing(plot_gaps, alt_gaps),
        "series": Drawing(plot_series, alt_series),
        "likert": Drawing(plot_likert, alt_likert),
        "change": Drawing(plot_change, alt_change),
        "forest": Drawing(plot_forest, alt_forest),
        "sensitivity": Drawing(plot_sensitivity, alt_sensitivity),
        "evaluations": Drawing(plot_evaluations, alt_evaluations),
        "formats": Drawing(plot_formats, alt_formats),
        "records": Drawing(plot_records, alt_records),
        "ties": Drawing(plot_ties, alt_ties),
        "ladder": Drawing(plot_ladder, alt_ladder),
        "interviews": Drawing(plot_interviews, alt_interviews),
        "drivers": Drawing(plot_drivers, alt_drivers),
        "power": Drawing(plot_power, alt_power),
        "sampling": Drawing(plot_sampling, alt_sampling),
    }
)
"""Name -> drawing. A new figure is a ``plot_`` function, an ``alt_`` function and a line here."""


def draw(
    name: str,
    frame: pd.DataFrame,
    *,
    caption: str = "",
    simulated: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> FigureView:
    """Draw a frame as the figure ``name``, with its alternative text.

    Parameters
    ----------
    name : str
        A name in `FIGURES`.
    frame : pandas.DataFrame
        What that figure reads; see its ``plot_`` function.
    caption : str
        What to read below the figure.
    simulated : bool
        Whether the data are simulated; the picture, the words and the caption then say so.
    settings : mapping, optional
        Keyword arguments of the ``plot_`` and the ``alt_`` function, such as ``margin``.

    Returns
    -------
    FigureView

    Raises
    ------
    RevlabError
        If there is no such figure, or the frame lacks a column.

    Examples
    --------
    >>> frame = pd.DataFrame({"n_pairs": [26, 52], "power": [0.4, 0.85]})
    >>> draw("power", frame, simulated=True, settings={"target": 0.9})
    Figure: Simulated data. Power against number of pairs. Power of 90% is the target: reaches \
85% at most. Power: 40% at 26, 85% at 52.
    """
    drawing = FIGURES[one_of("name", name, list(FIGURES))]
    ax = drawing.plot(frame, **(settings or {}))
    figure = ax.figure
    must(isinstance(figure, Figure), f"the figure {name!r} was drawn into a part of a figure.")
    alt = drawing.alt(frame, **(settings or {}))
    if simulated:
        mark_simulated(figure)  # type: ignore[arg-type]
        alt = f"Simulated data. {alt}"
        caption = f"{caption} Simulated data.".strip()
    return FigureView(figure, alt, caption)  # type: ignore[arg-type]
