"""`PolicyExplorer`: move the weights and the rules, and see pairs, judges and trade-off change."""

from collections.abc import Mapping
from html import escape
from typing import Any

import ipywidgets

from revlab.errors import RevlabError
from revlab.pairing.policies import Policy
from revlab.people.cohort import Cohort
from revlab.report.explorer_controls import Controls
from revlab.report.explorer_figure import trade_off_html
from revlab.report.explorer_runs import Run, Runs, Settings
from revlab.report.explorer_view import (
    csv_bytes,
    download_link,
    headline,
    judges_table,
    left_table,
    pairs_table,
    snapshot,
)
from revlab.report.explorer_words import people_notes
from revlab.report.sliders import LabelledSlider, StatusLine

__all__ = ["PolicyExplorer"]

_ROWS = 12
_AT_ONCE = 40_000
"""Cells up to which the figure shows all policies from the start; beyond it on request."""


class PolicyExplorer(ipywidgets.VBox):
    """Compare pairing policies by moving controls; every change is answered at once.

    Every control is a trait, so the explorer can be driven without a browser. The settings and
    the two policies give the pairs, their reasons, the judges and the leftovers; the figure puts
    all policies side by side. Where the settings cannot be met, the status line says why.

    Parameters
    ----------
    cohort : Cohort
        The people. The page shows codes in the place of their ids; the CSV file holds both.
    seed : int
        Root seed, as for `pair`.
    policies : mapping of str to Policy, optional
        By default ``POLICIES``.

    Raises
    ------
    RevlabError
        If there is no policy, or the cohort has no data for any score part.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": list("abab"), "grade": [1, 2, 4, 5]}, index=list("wxyz"))
    >>> explorer = PolicyExplorer(Cohort(people[:2], people[2:]), seed=1)
    >>> explorer.policy.value = "greedy"
    >>> explorer.weights["grade_gap"].value = 0
    >>> explorer
    “best pair first” makes 2 pairs, mean fit 1.00, worst 1.00; 2 pairs differ from “random”.
    """

    def __init__(
        self, cohort: Cohort, *, seed: int, policies: Mapping[str, Policy] | None = None
    ) -> None:
        self._runs = Runs(cohort, policies=policies, seed=seed)
        self._codes = self._runs.codes()
        self._controls = Controls(self._runs)
        self._status = StatusLine()
        names = ("figure", "judges", "download", "pairs", "left")
        self._views = {name: ipywidgets.HTML() for name in names}
        self._everything = ipywidgets.Checkbox(
            len(cohort.mentees) * len(cohort.mentors) <= _AT_ONCE,
            description="All policies in the figure",
            indent=False,
        )
        super().__init__(children=self._layout())
        self.add_class("revlab-explorer")
        for control in self._controls.all():
            control.observe(self._update, "value")
        self.order.observe(self._show_pairs, "value")
        self._everything.observe(self._draw, "value")
        self._update()

    @property
    def policy(self) -> ipywidgets.Dropdown:
        """The control of the policy."""
        return self._controls.policy

    @property
    def comparison(self) -> ipywidgets.Dropdown:
        """The control of the policy to compare with."""
        return self._controls.comparison

    @property
    def weights(self) -> dict[str, LabelledSlider]:
        """One slider for each score part that has data."""
        return self._controls.weights

    @property
    def minimum_gap(self) -> LabelledSlider:
        """The control of the fewest grades between mentee and mentor."""
        return self._controls.minimum_gap

    @property
    def maximum_gap(self) -> ipywidgets.Dropdown:
        """The control of the most grades between the two, 0 for no limit."""
        return self._controls.maximum_gap

    @property
    def units(self) -> ipywidgets.Dropdown:
        """The control of the units: "any" or "other"."""
        return self._controls.units

    @property
    def order(self) -> ipywidgets.Dropdown:
        """The control of which pairs come first: "worst", "best" or "changed"."""
        return self._controls.order

    @property
    def headline(self) -> str:
        """The sentence of the status line."""
        return str(self._status.text)

    @property
    def settings(self) -> Settings:
        """What the controls say, beside the policies."""
        return self._controls.settings()

    @property
    def chosen(self) -> Policy:
        """The chosen policy with these settings; `pair` with it and the seed gives the pairs."""
        return self._runs.policy(self.policy.value, self.settings)

    @property
    def run(self) -> Run:
        """The run that is shown.

        Raises
        ------
        RevlabError
            If the settings cannot be met.
        """
        return self._runs.run(self.policy.value, self.settings)

    @property
    def other(self) -> Run:
        """The run it is compared with."""
        return self._runs.run(self.comparison.value, self.settings)

    def _layout(self) -> list[ipywidgets.Widget]:
        self._reset = ipywidgets.Button(description="Back to the start")
        self._reset.on_click(self._start_again)
        left = self._controls.column(self._reset)
        views = self._views
        figure = ipywidgets.VBox([views["figure"], self._everything])
        top = ipywidgets.Box([views["judges"], figure])
        head = ipywidgets.Box([views["download"], self.order])
        self._answers = ipywidgets.VBox([top, head, views["pairs"], views["left"]])
        right = ipywidgets.VBox([self._status, self._answers])
        both = ipywidgets.Box([left, right])
        named = {"left": left, "top": top, "pairs-head": head, "right": right, "both": both}
        for name, box in named.items():
            box.add_class(f"revlab-explorer-{name}")
        return [both]

    def _start_again(self, _button: object) -> None:
        for control in self._controls.all():
            control.unobserve(self._update, "value")
        self._controls.reset()
        for control in self._controls.all():
            control.observe(self._update, "value")
        self._update()

    def _update(self, _change: object = None) -> None:
        try:
            run, other = self.run, self.other
        except RevlabError as error:
            self._refuse(str(error))
            return
        # The sentence goes first: it is on the screen while the figure is still being drawn.
        self._status.kind = "answer" if len(run.matching.dyads) else "problem"
        self._status.text = headline(run, other)
        self._controls.note_shares()
        self._answers.layout.display = ""
        self._views["judges"].value = judges_table(run, other)._repr_html_()
        self._show_pairs()
        rest = left_table(run, codes=self._codes, rows=_ROWS)
        self._views["left"].value = (
            "" if rest is None else f"<h3>Left over</h3>{rest._repr_html_()}"
        )
        self._draw()

    def _refuse(self, sentence: str) -> None:
        self._status.kind = "problem"
        self._status.text = sentence[:1].upper() + sentence[1:]
        self._answers.layout.display = "none"
        for view in self._views.values():
            view.value = ""

    def _show_pairs(self, _change: object = None) -> None:
        run, other = self.run, self.other
        table = pairs_table(run, other, codes=self._codes, rows=_ROWS, order=self.order.value)
        self._views["pairs"].value = table._repr_html_() if len(run.pairs) else ""
        link = download_link(self.csv, policy=run.policy, n=len(run.pairs))
        self._views["download"].value = f"<h3>Pairs</h3>{link}"

    def _draw(self, _change: object = None) -> None:
        chosen, other = self.policy.value, self.comparison.value
        names = self._runs.policies if self._everything.value else dict.fromkeys((chosen, other))
        frame = self._runs.trade_off(tuple(names), self.settings)
        self._views["figure"].value = trade_off_html(frame, chosen=chosen, other=other)

    @property
    def csv(self) -> bytes:
        """The file behind the download link: all pairs with reasons, no cell a formula."""
        return csv_bytes(self.run, codes=self._codes)

    def __repr__(self) -> str:
        return self.headline

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        if self._views["judges"].value:
            figure, notes = self._views["figure"].value, people_notes(self._runs)
            still = snapshot(self.run, self.other, figure=figure, notes=notes)
        else:
            still = f'<p class="revlab-prose">{escape(self.headline)}</p>'
        return {**bundle, "text/plain": repr(self), "text/html": still}
