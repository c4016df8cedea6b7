"""What a pilot taught, as a file: it comes back the same, and every fault of it is told at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from revlab.design.learned import Learned, learn_from_pilot
from revlab.design.learned_file import LearnedValues, learned_toml, read_learned
from revlab.design.parameter_values import with_values
from revlab.errors import TableError
from revlab.fieldwork.pilot import read_pilot
from revlab.fieldwork.programme import Programme
from revlab.shipped import shipped

HEAD = "planned_sessions = 6\nweeks_between = 4\n"


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn_from_pilot(read_pilot(shipped("data/example_pilot")))


def written(folder: Path, text: str) -> Path:
    path = folder / "learned.toml"
    path.write_text(text, encoding="utf-8")
    return path


def row(name: str, value: object, **more: object) -> str:
    lines = [f'name = "{name}"', f"value = {value}"]
    lines += [f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in more.items()]
    return "\n".join(["[[parameter]]", *lines, ""])


def test_what_was_learnt_comes_back(learned: Learned, tmp_path: Path) -> None:
    text = learned_toml(learned, pilot='The "first" pilot', source="simulated")
    told = read_learned(written(tmp_path, text))
    rows = learned.table[learned.table["informed_by"] != ""].set_index("parameter")
    assert list(told.values) == list(rows.index)
    np.testing.assert_allclose(list(told.values.values()), rows["value"], atol=5e-7)
    assert (told.pilot, told.source) == ('The "first" pilot', "simulated")
    fitted, read = learned.programme(), told.programme()
    assert read.planned_sessions == fitted.planned_sessions
    assert read.weeks_between == fitted.weeks_between
    assert read.assumptions.sessions.skip_base == pytest.approx(
        fitted.assumptions.sessions.skip_base, abs=1e-6
    )
    assert read.assumptions.outcomes == Programme().assumptions.outcomes
    assert repr(told) == f"{len(rows)} learnt values of the pilot {told.pilot!r}, 6 sessions"


def test_an_open_end_is_left_out_of_the_file() -> None:
    columns = ["parameter", "value", "conf_low", "conf_high", "informed_by"]
    rows = [
        ("survey.discrimination", 2.0, 1.0, np.inf, "alpha before the start"),
        ("relationship.perception_sd", 0.5, -np.inf, 0.9, "both views of a relationship"),
        ("fit.validity", 0.5, 0.0, 0.9, ""),
    ]
    text = learned_toml(Learned(pd.DataFrame(rows, columns=columns), Programme(4, 2.0), 30))
    assert text.splitlines() == [
        "n_dyads = 30",
        "planned_sessions = 4",
        "weeks_between = 2.0",
        "",
        "[[parameter]]",
        'name = "survey.discrimination"',
        "value = 2.0",
        'unit = "log-odds per SD"',
        "conf_low = 1.0",
        'informed_by = "alpha before the start"',
        "",
        "[[parameter]]",
        'name = "relationship.perception_sd"',
        "value = 0.5",
        'unit = "SD of the quality of dyads"',
        "conf_high = 0.9",
        'informed_by = "both views of a relationship"',
    ]


def test_values_by_hand_go_into_any_programme(tmp_path: Path) -> None:
    text = HEAD + row("survey.response_mentor", 0.3) + row("gain.voice", 0.1)
    told = read_learned(written(tmp_path, text))
    assert told == LearnedValues(6, 4.0, {"survey.response_mentor": 0.3, "gain.voice": 0.1})
    other = told.programme(Programme(3, training=1.0))
    assert (other.planned_sessions, other.training) == (3, 1.0)
    assert other == with_values(Programme(3, training=1.0), told.values)


FAULTS = [
    (row("sessions.skip_bas", -1), "'sessions.skip_bas' is not a parameter that can be given"),
    (row("programme.planned_sessions", 4), "'programme.planned_sessions' is not a parameter"),
    (row("survey.response_mentor", 30), "survey.response_mentor must lie between 0 and 1; got 30"),
    (row("fit.validity", -2), "fit.validity must lie between -1 and 1; got -2"),
    (row("sessions.end_base", -13), "sessions.end_base must lie between -12 and 12; got -13"),
    (row("survey.discrimination", -1), "survey.discrimination must lie between 0 and 12; got -1"),
    (
        row("relationship.perception_sd", -1),
        "relationship.perception_sd must lie between 0 and 12; got -1",
    ),
    (
        row("sessions.skip_base", -1, unit="share"),
        "sessions.skip_base is in 'log-odds'; got 'share'",
    ),
    (row("gain.voice", 1, conf_low=2), "the value of gain.voice, 1, must lie in its interval"),
    (row("gain.voice", 1, conf_high=0.5), "the value of gain.voice, 1, must lie in its interval"),
    (row("gain.voice", '"much"'), "column 'parameter 1.value': must be a number; got 'much'"),
    (row("gain.voice", "nan"), "column 'parameter 1.value': must be a number; got 'nan'"),
    (row("gain.voice", 1, low=0), "column 'parameter 1.low': there is no such setting"),
    ("[[parameter]]\nvalue = 1\n", "column 'parameter 1.name': is missing (add it)"),
    (row("gain.voice", 1) * 2, "'gain.voice' is given twice (correct it)"),
    ("parameter = [3]\n", "column 'parameter 1': must be a table (write name = value)"),
    (row("gap.smallest", 9), "`smallest`, `best` and `largest` must rise"),
]


@pytest.mark.parametrize(("text", "sentence"), FAULTS)
def test_each_fault_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TableError, match=r"learned\.toml") as caught:
        read_learned(written(tmp_path, HEAD + text))
    assert sentence in str(caught.value)
    assert len(caught.value.faults) == 1


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = 'planned_sessions = "six"\ncolour = 1\n' + "".join(t for t, _ in FAULTS[:3])
    with pytest.raises(TableError, match=r"learned\.toml") as caught:
        read_learned(written(tmp_path, text))
    rules = [fault.rule for fault in caught.value.faults]
    assert len(rules) == 6
    assert [f.column for f in caught.value.faults[:3]] == [
        "colour",
        "planned_sessions",
        "weeks_between",
    ]


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("planned_sessions = 0\nweeks_between = 4\nparameter = []\n", "must be at least 1; got 0"),
        ("planned_sessions = 6\nweeks_between = 0\nparameter = []\n", "must be above 0; got 0"),
        ("planned_sessions = [", "cannot be read as TOML"),
        (HEAD, "column 'parameter': is missing"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, head: str, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read_learned(written(tmp_path, head))
    with pytest.raises(TableError, match=r"no such file \(write it with `revlab learn`\)"):
        read_learned(tmp_path / "nowhere.toml")
