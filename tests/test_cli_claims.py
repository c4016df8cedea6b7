"""`revlab claims`: a card on standard output, no names, and one sentence where it cannot be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_said import Run

from revlab.fieldwork.generation import BIRTH_COHORT
from revlab.fieldwork.pilot import write_pilot
from revlab.fieldwork.simulate import simulate_pilot
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.people.roster import read_roster
from revlab.rng import stream

HEAD = "Staff no,Department,Level,Role,Manager,Born"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a roster, how it is read, a pilot of its people, and a series."""
    folder = tmp_path_factory.mktemp("claims")
    born = ("1980-2000", "1960-1979")
    rows = [f"jun{k:02d},Sales,{1 + k % 3},mentor,boss{k % 8},{born[k % 2]}" for k in range(72)]
    rows += [f"sen{k:02d},Legal,{6 + k % 2},mentee,,{born[1]}" for k in range(72)]
    (folder / "staff.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    mapping = (
        "[columns]\n"
        'person_id = "Staff no"\nunit = "Department"\ngrade = "Level"\nmanager_id = "Manager"\n\n'
        "[grades]\nnumeric = true\n\n"
        '[sides]\ncolumn = "Role"\nmentor = "mentor"\nmentee = "mentee"\n\n'
        '[declared]\nbirth_cohort = "Born"\n'
    )
    (folder / "roster.toml").write_text(mapping, encoding="utf-8")
    cohort = read_roster(folder / "staff.csv")
    assert BIRTH_COHORT in cohort.mentors
    pools = draw_pools(cohort, 8, rng=stream(1, "pools"))
    arms = draw_arms(sorted(set(pools["pool_id"])), ("optimal", "random"), rng=stream(1, "arms"))
    matching = pair_in_pools(
        cohort, pools, arms=arms, policies={arm: arm for arm in ("optimal", "random")}, seed=1
    )
    pilot = simulate_pilot(cohort, matching, compatibility=score_cohort(cohort), seed=1)
    write_pilot(pilot, folder / "pilot")
    months = pd.period_range("2024-01", periods=36, freq="M").astype(str)
    count = stream(2, "count").poisson(np.where(np.arange(36) < 18, 20, 45))
    pd.DataFrame({"month": months, "count": count}).to_csv(folder / "series.csv", index=False)
    return folder


def asked(revlab: Run, place: Path, *words: str):
    return revlab(
        "claims", words[0], str(place / "pilot"), "--roster", str(place / "staff.csv"), *words[1:]
    )


@pytest.mark.parametrize(
    ("words", "question", "besides"),
    [
        (("managers",), "different line managers?", "pairs of 8 managers"),
        (("grades",), "far apart in grade", "Means with intervals by the grades"),
        (
            ("birth", "--later", "1980-2000", "--margin", "0.3", "--scale", "voice"),
            "born 1980-2000 different?",
            "cohort of birth",
        ),
    ],
)
def test_a_claim_is_answered_on_a_card_without_names(
    revlab: Run, place: Path, words: tuple[str, ...], question: str, besides: str
) -> None:
    said = asked(revlab, place, *words)
    assert said.code == 0, said.err
    assert said.out.startswith("[Simulated data]\nQuestion: ")
    assert question in said.out
    assert besides in said.out
    assert not [name for name in ("jun0", "sen0", "boss") if name in said.out + said.err]


def test_a_series_is_described_without_a_cause(revlab: Run, place: Path) -> None:
    said = revlab("claims", "series", str(place / "series.csv"), "--start", "2025-07")
    assert said.code == 0, said.err
    assert "cannot be put down to the programme" in said.out
    assert "18 months before the date" in said.out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("managers", "--role", "boss"), 2, "got 'boss'"),
        (("grades", "--scale", "voices"), 2, "Did you mean 'voice'?"),
        (
            ("birth", "--later", "x", "--margin", "-1", "--scale", "voice"),
            2,
            "--margin must be above 0; got -1",
        ),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(
    revlab: Run, place: Path, words: tuple[str, ...], code: int, sentence: str
) -> None:
    said = asked(revlab, place, *words)
    assert (said.code, said.out) == (code, "")
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_a_roster_of_others_and_a_short_series_are_refused(
    revlab: Run, place: Path, tmp_path: Path
) -> None:
    rows = (place / "staff.csv").read_text("utf-8").replace("jun", "other")
    (tmp_path / "others.csv").write_text(rows, encoding="utf-8")
    mapping = (place / "roster.toml").read_text("utf-8")
    (tmp_path / "roster.toml").write_text(mapping, encoding="utf-8")
    said = revlab(
        "claims", "managers", str(place / "pilot"), "--roster", str(tmp_path / "others.csv")
    )
    assert said.code == 1
    assert "mentors of the pilot are not in the roster; read it with the key" in said.err
    said = revlab("claims", "series", str(place / "series.csv"), "--start", "2024-03")
    assert said.code == 1
    assert "2 months before 2024-03" in said.err
