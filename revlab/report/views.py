"""`FigureView`: a figure with the words that say what it shows."""

import base64
import io
from collections.abc import Collection
from dataclasses import dataclass
from html import escape

import matplotlib
from matplotlib.figure import Figure
from PIL import Image

from revlab.errors import must

__all__ = ["FigureView"]

_DPI = 144
_COLOURS = 128


@dataclass(frozen=True)
class FigureView:
    """A figure, its alternative text and its caption, as one thing to show.

    JupyterLab, Voila and the pages show the picture; a screen reader, ``repr`` and the check
    of the stored outputs get the words, so the words must hold the numbers.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn without pyplot.
    alt : str
        What the figure shows, with its numbers, at least 20 characters.
    caption : str
        What to read below it, may be empty.

    Raises
    ------
    RevlabError
        If ``alt`` is shorter than 20 characters.

    Examples
    --------
    >>> figure = Figure()
    >>> _ = figure.add_subplot().plot([1, 2], [1, 3])
    >>> FigureView(figure, "A line that rises from 1 to 3.")
    Figure: A line that rises from 1 to 3.
    """

    figure: Figure
    alt: str
    caption: str = ""

    def __post_init__(self) -> None:
        must(
            len(self.alt.strip()) >= 20,
            f"`alt` must say what the figure shows, in 20 characters or more; got {self.alt!r}.",
        )

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def png(self) -> bytes:
        """Return the picture as PNG, in at most 128 colours and without any metadata.

        A palette makes a page a third as large, and nobody sees it in a chart.
        """
        buffer = io.BytesIO()
        # The user's own settings for saved figures must not reach a page.
        with matplotlib.rc_context({"savefig.bbox": None, "savefig.facecolor": "white"}):
            self.figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
        picture = Image.open(buffer).convert("RGB")
        small = picture.quantize(
            _COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        buffer = io.BytesIO()
        small.save(buffer, format="png", optimize=True)
        return buffer.getvalue()

    def html(self) -> str:
        """Return the picture and its words as an HTML ``<figure>``."""
        data = base64.b64encode(self.png()).decode("ascii")
        below = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure class="revlab-figure" style="margin:1em 0"><img alt="{escape(self.alt)}" '
            f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">{below}'
            "</figure>"
        )

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}
