import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from revlab.errors import RevlabError
from revlab.report.frames import MISSING, interval, number, percent, show
from revlab.report.names import HUMAN_NAMES


def test_numbers_round_and_never_show_minus_zero() -> None:
    assert number(1.005, 1) == "1.0"
    assert number(-0.004) == "0.00"
    assert number(-0.006) == "-0.01"
    assert number(float("nan")) == MISSING
    assert number(pd.NA) == MISSING  # type: ignore[arg-type]
    assert number(float("inf")) == "no limit"
    assert percent(0.005, 1) == "0.5%"
    assert interval(-1, float("nan")) == "-1.00 to –"


def test_cells_follow_their_column() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["optimal", None],
            "n": [3.0, np.nan],
            "share": [0.256, np.nan],
            "conf_low": [0.1, np.nan],
            "conf_high": [0.4, np.nan],
            "p_value": [0.0001, 0.0456],
            "score": [0.3149, 2.0],
            "paired": [True, False],
            "interests": [("chess", "film"), ()],
        }
    )
    view = show(frame, caption="All kinds")
    assert view.rows[0] == (
        "best total fit", "3", "26%", "10%", "40%", "<0.001", "0.31", "yes", "chess, film",
    )  # fmt: skip
    assert view.rows[1] == ("–", "–", "–", "–", "–", "0.046", "2.00", "no", "–")
    assert view.headings[:3] == ("Arm", "n", "Share")
    assert view.numeric == (False, True, True, True, True, True, True, False, False)


def test_an_interval_of_an_estimate_is_no_share() -> None:
    frame = pd.DataFrame({"estimate": [0.3], "share": [0.5], "conf_low": [0.1], "conf_high": [0.5]})
    assert show(frame, caption="c").rows == (("0.30", "50%", "0.10", "0.50"),)


def test_merge_puts_the_interval_into_one_cell() -> None:
    frame = pd.DataFrame(
        {"estimand": ["a", "b"], "estimate": [0.31, 1.0], "conf_low": [0.05, np.nan],
         "conf_high": [0.57, np.nan]}
    )  # fmt: skip
    view = show(frame, caption="c", merge="estimate")
    assert view.headings == ("What is estimated", "Estimate")
    assert [row[1] for row in view.rows] == ["0.31 (0.05 to 0.57)", "1.00"]


def test_contrasts_and_code_words_become_words() -> None:
    frame = pd.DataFrame({"contrast": ["optimal - random"], "policy": ["stable_mentee"]})
    row = show(frame, caption="c").rows[0]
    assert row == ("best total fit minus random", "stable (mentees first)")


def test_html_is_accessible() -> None:
    frame = pd.DataFrame({"policy": ["random"], "n_dyads": [26]})
    soup = BeautifulSoup(show(frame, caption="Pairs", notes="All.")._repr_html_(), "html.parser")
    assert soup.caption is not None
    assert soup.caption.get_text() == "Pairs"
    assert [cell["scope"] for cell in soup.select("thead th")] == ["col", "col"]
    assert [cell.get_text() for cell in soup.select("tbody th[scope=row]")] == ["random"]
    assert [cell.get_text() for cell in soup.select("td.num")] == ["26"]
    assert soup.select_one(".revlab-notes") is not None


def test_everything_shown_is_escaped() -> None:
    bad = "<script>alert(1)</script>"
    frame = pd.DataFrame({"reason": [bad], bad: ["x"]})
    html = show(frame, caption=bad, notes=bad, names={"reason": bad})._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 5


def test_repr_is_aligned_text_without_trailing_blanks() -> None:
    frame = pd.DataFrame({"policy": ["random", "optimal"], "n_dyads": [6, 26]})
    lines = repr(show(frame, caption="Pairs", notes="All.")).splitlines()
    assert lines == [
        "Pairs",
        "Pairing policy  Pairs",
        "--------------  -----",
        "random              6",
        "best total fit     26",
        "All.",
    ]


def test_an_empty_frame_is_a_table_without_rows() -> None:
    view = show(pd.DataFrame({"policy": []}), caption="Nobody")
    assert view.rows == ()
    assert "<tbody>" in view._repr_html_()


def test_decimals_may_differ_by_column() -> None:
    frame = pd.DataFrame({"score": [0.12345], "value": [0.12345]})
    assert show(frame, caption="c", decimals={"value": 4}).rows == (("0.12", "0.1235"),)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"caption": " "}, "`caption` must say what the table shows"),
        ({"caption": "c", "names": {"x": "X"}}, "`names` names columns .* \\['x'\\]"),
        ({"caption": "c", "decimals": {"x": 1}}, "`decimals` names columns .* \\['x'\\]"),
        ({"caption": "c", "merge": "score"}, "`merge` needs the columns \\['conf_low', 'conf_high"),
    ],
)
def test_wrong_options_are_errors(options: dict[str, object], message: str) -> None:
    with pytest.raises(RevlabError, match=message):
        show(pd.DataFrame({"score": [1.0]}), **options)  # type: ignore[arg-type]


def test_the_frame_is_not_changed() -> None:
    frame = pd.DataFrame({"score": [0.12345]})
    show(frame, caption="c")
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"score": [0.12345]}))


def test_human_names_are_words() -> None:
    assert all(name and "_" not in name for name in HUMAN_NAMES.values())
