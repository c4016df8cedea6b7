"""Numbers beside R's: what is apart is seen, and nothing is left out in silence."""

import pandas as pd
import pytest

from revlab.errors import RevlabError
from revlab.report.reference_values import beside_reference, reference_table

ROWS = [("a", "ages", "mean", 2.0, 1e-6), ("b", "ages", "slope", -4.0, 1e-3)]


def reference(rows: list[tuple[object, ...]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["key", "data", "what", "r_value", "tolerance"])


def test_the_difference_is_relative_and_judged_by_its_own_tolerance() -> None:
    both = beside_reference({"a": 2.00001, "b": -4.0001, "more": 9.0}, reference())
    assert both["difference"].tolist() == pytest.approx([5e-6, 2.5e-5])
    assert both["within"].tolist() == [False, True]
    text = repr(reference_table(both, caption="Ages", notes="From R."))
    assert [line.split()[-1] for line in text.splitlines()[3:5]] == ["no", "yes"]
    assert text.splitlines()[-1] == "From R."


def test_a_value_of_zero_and_a_missing_number_are_judged() -> None:
    both = beside_reference({"a": 1e-9}, reference([("a", "ages", "mean", 0.0, 1e-8)]))
    assert both["within"].item()
    lost = beside_reference({"a": float("nan")}, reference(ROWS[:1]))
    assert not lost["within"].item()


@pytest.mark.parametrize(
    ("ours", "frame", "message"),
    [
        ({"a": 2.0}, reference(), r"no number for the reference values \['b'\]"),
        ({"a": 2.0}, reference([ROWS[0]] * 2), r"\['a'\] are there twice"),
        ({"a": 2.0}, reference().drop(columns="tolerance"), r"the columns \['tolerance'\]"),
    ],
)
def test_a_comparison_with_holes_is_refused(
    ours: dict[str, float], frame: pd.DataFrame, message: str
) -> None:
    with pytest.raises(RevlabError, match=message):
        beside_reference(ours, frame)


def test_numbers_are_found_by_their_key_and_each_stands_in_its_own_column() -> None:
    both = beside_reference({"b": -4.0, "a": 2.5}, reference())
    assert both["ours"].tolist() == [2.5, -4.0]
    assert reference_table(both, caption="Ages").rows[0][2:4] == ("2.5", "2")


def test_a_difference_of_exactly_what_is_allowed_is_within() -> None:
    both = beside_reference({"a": 2.5}, reference([("a", "ages", "mean", 2.0, 0.25)]))
    assert both["within"].tolist() == [True]
