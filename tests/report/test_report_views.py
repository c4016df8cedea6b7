import base64
import io
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from PIL import Image

from revlab.errors import RevlabError
from revlab.report.views import FigureView


def _figure() -> Figure:
    figure = Figure(figsize=(4, 2))
    figure.add_subplot().plot([1, 2])
    return figure


def test_a_view_is_a_figure_with_words() -> None:
    view = FigureView(_figure(), "A line that rises from 1 to 2.", "Read it.")
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == "Figure: A line that rises from 1 to 2."
    soup = BeautifulSoup(bundle["text/html"], "html.parser")
    picture = soup.select_one("figure > img")
    assert picture is not None
    assert picture["alt"] == view.alt
    assert soup.figcaption is not None
    assert soup.figcaption.get_text() == "Read it."
    data = base64.b64decode(str(picture["src"]).removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(data)).size == (576, 288)


def test_words_are_inert() -> None:
    bad = '"><script>alert(1)</script>'
    html = FigureView(_figure(), bad, bad).html()
    soup = BeautifulSoup(html, "html.parser")
    assert soup.script is None
    assert len(soup.find_all(True)) == 3


def test_a_figure_without_words_is_refused() -> None:
    with pytest.raises(RevlabError, match="`alt` must say what the figure shows"):
        FigureView(_figure(), "A line.")


def test_drawing_needs_no_pyplot() -> None:
    code = (
        "import sys, pandas as pd\n"
        "from revlab.report.figures import draw\n"
        "draw('scores', pd.DataFrame({'score': [.1, .2], 'paired': [True, False]})).png()\n"
        "import matplotlib\n"
        "managers = sys.modules.get('matplotlib._pylab_helpers')\n"
        "assert managers is None or not managers.Gcf.figs\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
