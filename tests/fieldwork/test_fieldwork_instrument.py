"""Scores: the mean of what was answered, reversed where it must be, and not of too little."""

import pickle

import numpy as np
import pandas as pd
import pytest

from revlab.errors import OptionError, PilotError, TableError
from revlab.fieldwork.instrument import SHORT_FORM, Instrument, score_scales


def answers(values: dict[str, int | None], wave: int = 1) -> pd.DataFrame:
    rows = [("s1", "mentee", "D001", wave, item_id, value) for item_id, value in values.items()]
    columns = ["respondent_id", "role", "dyad_id", "wave", "item_id", "value"]
    return pd.DataFrame(rows, columns=columns).astype({"value": "Int64"})


def score(values: dict[str, int | None]) -> float:
    return float(score_scales(answers(values), SHORT_FORM)["score"].iloc[0])


def test_a_score_is_the_mean_with_reversed_items_turned() -> None:
    assert score({"dc1": 4, "dc2": 5, "dc3": 2, "dc4": 3}) == (4 + 5 + 4 + 3) / 4
    assert score({"dc1": 1, "dc2": 1, "dc3": 5, "dc4": 1}) == 1.0


def test_missing_items_are_left_out_of_the_mean() -> None:
    assert score({"dc1": 4, "dc2": None, "dc3": 2, "dc4": 1}) == 3.0


def test_too_few_answers_give_no_score_but_are_counted() -> None:
    row = score_scales(answers({"dc1": 4, "dc2": None, "dc3": 2, "dc4": None}), SHORT_FORM).iloc[0]
    assert np.isnan(row["score"])
    assert (row["n_items"], row["n_missing"]) == (4, 2)


def test_scores_come_apart_by_person_wave_and_scale() -> None:
    first, second = answers({"dc1": 1, "dc2": 1, "dc4": 1, "op1": 5, "op2": 5}), answers({"op1": 2})
    second["wave"] = 2
    scores = score_scales(pd.concat([second, first]), SHORT_FORM)
    assert scores["scale_id"].tolist() == ["digital_confidence", "openness", "openness"]
    assert scores["wave"].tolist() == [1, 1, 2]
    assert scores["score"].tolist()[:2] == [1.0, 5.0]


def test_a_shuffled_table_gives_the_same_bits() -> None:
    rng = np.random.default_rng(1)
    long = pd.concat(
        [
            answers(
                {item: int(rng.integers(1, 6)) for item in ("dc1", "dc2", "dc3", "dc4")}
            ).assign(respondent_id=f"s{k}")
            for k in range(50)
        ]
    )
    mixed = long.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        score_scales(long, SHORT_FORM), score_scales(mixed, SHORT_FORM), check_exact=True
    )


def test_an_unknown_item_is_named() -> None:
    with pytest.raises(PilotError, match=r"the items \['zz'\] are not in the instrument"):
        score_scales(answers({"zz": 1}), SHORT_FORM)


def test_the_short_form_is_what_it_says() -> None:
    counts = SHORT_FORM.items.groupby("scale_id").size().to_dict()
    assert counts == {
        "digital_confidence": 4, "openness": 3, "voice": 4, "business_insight": 3,
        "relationship_quality": 4,
    }  # fmt: skip
    reverse = SHORT_FORM.items.groupby("scale_id")["reverse"].sum()
    assert reverse["digital_confidence"] == reverse["voice"] == 1
    assert reverse["relationship_quality"] == 1
    assert (SHORT_FORM.items["low"] == 1).all()
    assert (SHORT_FORM.items["high"] == 5).all()
    assert SHORT_FORM.items["text"].is_unique
    assert SHORT_FORM.waves_of("voice") == (1, 2, 3)


def test_every_scale_states_a_licence_and_a_source() -> None:
    assert SHORT_FORM.scales[["licence", "source"]].notna().all(axis=None)


def test_scales_of_both_sides_are_asked_of_both() -> None:
    assert SHORT_FORM.roles_of("relationship_quality") == ("mentor", "mentee")
    assert SHORT_FORM.forms("relationship_quality", "mentor") == SHORT_FORM.forms(
        "relationship_quality", "mentee"
    )


def test_unknown_names_are_refused() -> None:
    with pytest.raises(OptionError, match="Did you mean 'voice'"):
        SHORT_FORM.waves_of("voices")
    with pytest.raises(OptionError, match="`role` must be one of 'mentor'; got 'mentee'"):
        SHORT_FORM.forms("voice", "mentee")


def test_an_instrument_that_cannot_score_is_refused() -> None:
    scales = SHORT_FORM.scales.copy()
    scales.loc[scales["scale_id"] == "voice", "min_valid"] = 9
    with pytest.raises(PilotError, match="'voice' needs 9 answered items but has 4"):
        Instrument(SHORT_FORM.items, scales)


def test_an_item_of_no_scale_is_refused() -> None:
    with pytest.raises(PilotError, match=r"the scales \['voice'\] are not in the scales table"):
        Instrument(SHORT_FORM.items, SHORT_FORM.scales[SHORT_FORM.scales["scale_id"] != "voice"])


def test_other_faults_of_a_hand_made_instrument_are_refused() -> None:
    items, scales = SHORT_FORM.items, SHORT_FORM.scales
    with pytest.raises(PilotError, match=r"\['vo1'\] have another role than their scale"):
        Instrument(
            items.assign(role=items["role"].where(items["item_id"] != "vo1", "both")), scales
        )
    with pytest.raises(PilotError, match="`waves` must be numbers separated by semicolons"):
        Instrument(items, scales.assign(waves="1 to 3"))
    with pytest.raises(TableError, match=r"scales\.csv, row 2, column 'role': must be one of"):
        Instrument(items, scales.assign(role="boss"))


def test_instruments_are_equal_by_what_they_hold() -> None:
    again = Instrument(SHORT_FORM.items.copy(), SHORT_FORM.scales.copy())
    assert again == SHORT_FORM
    assert hash(again) == hash(SHORT_FORM)
    assert Instrument(SHORT_FORM.items, SHORT_FORM.scales.assign(name="x")) != SHORT_FORM
    assert pickle.loads(pickle.dumps(SHORT_FORM)) == SHORT_FORM
