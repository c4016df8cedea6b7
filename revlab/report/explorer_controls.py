"""The controls of the policy explorer: what can be chosen, and what they say together."""

from collections.abc import Sequence
from html import escape

import ipywidgets

from revlab.report.explorer_runs import Runs, Settings, weight_shares
from revlab.report.explorer_words import part_label, people_notes
from revlab.report.frames import percent
from revlab.report.names import words
from revlab.report.sliders import LabelledSlider

__all__ = ["Controls"]

_MOST = 5.0
_STEP = 0.5
_STYLE = {"description_width": "8.5rem"}


def _dropdown(
    label: str, options: Sequence[tuple[str, object]], value: object
) -> ipywidgets.Dropdown:
    layout = ipywidgets.Layout(width="100%")
    return ipywidgets.Dropdown(
        options=options, value=value, description=label, style=_STYLE, layout=layout
    )


class Controls:
    """All controls, with the starting values of a cohort and its policies.

    Parameters
    ----------
    runs : Runs
        Whose policies, score parts and grades can be chosen.
    """

    def __init__(self, runs: Runs) -> None:
        names = [(words(name), name) for name in runs.policies]
        first = next(iter(runs.policies))
        self.policy = _dropdown("Policy", names, "optimal" if "optimal" in runs.policies else first)
        other = "random" if "random" in runs.policies else first
        self.comparison = _dropdown("Compare with", names, other)
        parts = runs.parts()
        most = max(_MOST, *parts.values())
        self.weights = {
            name: LabelledSlider(label=part_label(name), value=weight, max=most, step=_STEP)
            for name, weight in parts.items()
        }
        widest = runs.widest_gap()
        self.minimum_gap = LabelledSlider(
            label="Mentee is above the mentor by at least", value=1, min=1, max=widest
        )
        gaps: list[tuple[str, object]] = [("no limit", 0)]
        gaps += [(f"{gap} grades" if gap > 1 else "1 grade", gap) for gap in range(1, widest + 1)]
        self.maximum_gap = _dropdown("and by at most", gaps, 0)
        units: list[tuple[str, object]] = [("any unit", "any"), ("other unit only", "other")]
        self.units = _dropdown("Partner from", units, "any")
        orders: list[tuple[str, object]] = [
            ("lowest fit first", "worst"),
            ("best fit first", "best"),
            ("changed pairs first", "changed"),
        ]
        self.order = _dropdown("Show", orders, "worst")

        self._notes = people_notes(runs)
        self._start = {control: control.value for control in self.all()}
        self.note_shares()

    def all(self) -> list[ipywidgets.DOMWidget]:
        """Return the controls on which the pairs depend."""
        rules = [self.minimum_gap, self.maximum_gap, self.units]
        return [self.policy, self.comparison, *self.weights.values(), *rules]

    def reset(self) -> None:
        """Set every control to where it started."""
        for control, value in self._start.items():
            control.value = value

    def note_shares(self) -> None:
        """Write beside each weight which share of the fit it is."""
        shares = weight_shares({name: slider.value for name, slider in self.weights.items()})
        for name, slider in self.weights.items():
            slider.note = percent(shares[name])

    def column(self, *more: ipywidgets.Widget) -> ipywidgets.VBox:
        """Return all controls below each other, in three groups with headings."""
        groups = {
            "Policies": [self.policy, self.comparison],
            "What counts (share of the fit)": list(self.weights.values()),
            "Who may meet": [self.minimum_gap, self.maximum_gap, self.units],
        }
        children: list[ipywidgets.Widget] = []
        for heading, controls in groups.items():
            children += [ipywidgets.HTML(f"<h3>{heading}</h3>"), *controls]
        notes = ipywidgets.HTML(f'<p class="revlab-notes">{escape(self._notes)}</p>')
        return ipywidgets.VBox([*children, *more, notes])

    def settings(self) -> Settings:
        """Return what the controls say, beside the policies."""
        return Settings(
            weights=tuple((name, float(slider.value)) for name, slider in self.weights.items()),
            minimum_gap=int(self.minimum_gap.value),
            maximum_gap=int(self.maximum_gap.value) or None,
            units=self.units.value,
        )
