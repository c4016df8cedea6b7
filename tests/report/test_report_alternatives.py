"""The page on alternatives: the card dares no more than the runs say."""

import pandas as pd
import pytest

from revlab.fieldwork.compare_formats import compare_formats
from revlab.fieldwork.formats import FORMATS
from revlab.people.population import Population, draw_cohort
from revlab.report.answers_alternatives import (
    FORMAT_NAMES,
    answer_alternatives,
    assumed_formats,
    formats_table,
)
from revlab.report.figures import draw
from revlab.report.frames import show
from revlab.rng import stream


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    cohort = draw_cohort(Population(), 30, 30, rng=stream(1, "cohort"))
    return compare_formats(cohort, n_sims=10, seed=1)


def test_every_format_has_its_words() -> None:
    assert set(FORMAT_NAMES) == set(FORMATS)
    assert len(set(FORMAT_NAMES.values())) == len(FORMATS)


def test_the_card_follows_the_runs(compared) -> None:
    card = answer_alternatives(compared, n_sims=10)
    top = FORMAT_NAMES[compared.loc[compared["best_gain"].idxmax(), "format"]]
    assert top in card.answer
    assert len(card.answer.split()) <= 25
    assert "10 simulated organisations" in card.convention


def test_the_card_says_settled_only_where_nine_in_ten_runs_agree(compared) -> None:
    for share, head in ((0.95, "As assumed here"), (0.6, "Nothing is settled")):
        rest = [(1 - share)] + [0.0] * (len(compared) - 2)
        sure = compared.assign(best_gain=[share, *rest], best_value=[share, *rest])
        assert answer_alternatives(sure, n_sims=10).answer.startswith(head)


def test_the_table_says_how_much_more_a_format_would_have_to_give(compared) -> None:
    table = formats_table(compared).set_index("format")
    assert list(table["gain"]) == sorted(table["gain"], reverse=True)
    value = compared.set_index("format")["gain_per_100_hours"]
    own = FORMAT_NAMES[value.idxmax()]
    assert table.loc[own, "times_needed"] == 1.0
    assert table.loc["innovation lab", "times_needed"] * value["lab"] == pytest.approx(value.max())
    assert pd.isna(table.loc["no programme", "times_needed"])


def test_the_words_of_the_figure_hold_every_format(compared) -> None:
    view = draw("formats", formats_table(compared), simulated=True)
    for name in FORMAT_NAMES.values():
        assert name in view.alt


def test_what_is_assumed_is_shown_with_its_doubt() -> None:
    table = assumed_formats(FORMATS)
    assert len(table) == len(FORMATS)
    assert "50%" in show(table, caption="Assumed")._repr_html_()
