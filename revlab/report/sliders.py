"""Small controls that a screen reader can name: a labelled slider and a spoken status line.

The sliders of ipywidgets have no accessible name (noUiSlider draws plain boxes); a native range
input with a ``<label>`` has one, takes the arrow keys, and is found by its label in a browser test.
"""

from pathlib import Path

import anywidget
import traitlets

from revlab.errors import OptionError, must

__all__ = ["LabelledSlider", "StatusLine"]

_BROWSER = Path(__file__).resolve().parent / "browser"


def _script(name: str) -> str:
    return (_BROWSER / name).read_text(encoding="utf-8")


class LabelledSlider(anywidget.AnyWidget):
    """A number that is set by a native range input with a label.

    Parameters
    ----------
    label : str
        What the number means; the accessible name of the control.
    value : float
        The number at the start.
    min, max, step : float
        Range of the input, in the unit of ``value``.
    note : str
        Words after the number, for instance its share of the total.

    Raises
    ------
    OptionError
        If ``value`` is outside ``min`` to ``max``, at any time.

    Examples
    --------
    >>> hours = LabelledSlider(label="Common hours", value=2, max=5)
    >>> hours.value = 3
    >>> hours
    LabelledSlider('Common hours', 3 of 0 to 5)
    """

    _esm = _script("slider.js")
    _css = _script("controls.css")
    label = traitlets.Unicode().tag(sync=True)
    value = traitlets.Float(0.0).tag(sync=True)
    min = traitlets.Float(0.0).tag(sync=True)
    max = traitlets.Float(1.0).tag(sync=True)
    step = traitlets.Float(1.0).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)

    @traitlets.validate("value")
    def _inside(self, proposal: "traitlets.Bunch") -> float:
        value = float(proposal["value"])
        must(
            self.min <= value <= self.max,
            f"`{self.label}` must be between {self.min:g} and {self.max:g}; got {value:g}.",
            OptionError,
        )
        return value

    def __repr__(self) -> str:
        return f"LabelledSlider({self.label!r}, {self.value:g} of {self.min:g} to {self.max:g})"


class StatusLine(anywidget.AnyWidget):
    """One sentence that stays in place while its words change, and is read aloud when they do.

    Parameters
    ----------
    text : str
        The sentence, shown as text and never as HTML.
    kind : {"answer", "problem"}
        Whether the sentence answers or says what is wrong.

    Examples
    --------
    >>> StatusLine(text="26 pairs.")
    StatusLine('26 pairs.')
    """

    _esm = _script("status.js")
    _css = _script("controls.css")
    text = traitlets.Unicode().tag(sync=True)
    kind = traitlets.Enum(("answer", "problem"), "answer").tag(sync=True)

    def __repr__(self) -> str:
        return f"StatusLine({self.text!r})"
