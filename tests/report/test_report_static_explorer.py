"""The explorer without Python: its numbers are those of the pairing room, and it names nobody."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import RevlabError
from revlab.pairing.policies import POLICIES, pair
from revlab.pairing.quality import compare
from revlab.people.cohort import Cohort
from revlab.people.roster import read_roster
from revlab.report.static_explorer import write_static_explorer
from revlab.shipped import shipped

SEED = 2026


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    """The shipped roster."""
    return read_roster(shipped("data/rosters/ukcs_small"))


@pytest.fixture(scope="module")
def page(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page."""
    path = tmp_path_factory.mktemp("site") / "explorer.html"
    return write_static_explorer(cohort, path, seed=SEED, home="index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def data(page: str) -> dict:
    """What the page holds."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(found[1])


def test_the_numbers_are_those_of_compare(data: dict, cohort: Cohort) -> None:
    expected = compare(cohort, list(POLICIES), seed=SEED).set_index("policy")
    for policy, run in zip(data["policies"], data["runs"][0][0], strict=True):
        row = dict(zip([judge["name"] for judge in data["judges"]], run, strict=True))
        for name in ("n_dyads", "mean_score", "worst_score", "blocking_pairs"):
            assert row[name] == pytest.approx(expected.loc[policy["name"], name], abs=5e-5)


def test_the_count_of_differing_pairs_is_right(data: dict, cohort: Cohort) -> None:
    names = [policy["name"] for policy in data["policies"]]
    made = {}
    for name in ("optimal", "random"):
        dyads = pair(cohort, policy=name, seed=SEED).dyads
        made[name] = set(zip(dyads["mentor_id"], dyads["mentee_id"], strict=True))
    differ = data["differ"][0][0][names.index("optimal")][names.index("random")]
    assert differ == len(made["optimal"] - made["random"])


def test_every_choice_has_its_numbers(data: dict) -> None:
    for key in ("runs", "differ", "charts"):
        assert len(data[key]) == len(data["presets"]) >= 3
        assert {len(row) for row in data[key]} == {len(data["gaps"])}
    assert {len(block) for row in data["runs"] for block in row} == {len(POLICIES)}
    pairs = [[block[0][0] for block in row] for row in data["runs"]]
    assert len({tuple(row) for row in pairs}) >= 1
    means = {row[0][-2][1] for row in data["runs"]}
    assert len(means) == len(data["presets"]), "each preset changes what is paired"


def test_it_is_one_small_file_that_asks_for_nothing(page: str) -> None:
    assert len(page.encode()) < 1_500_000
    assert not re.findall(r"(?:src|href)=[\"'](?!index\.html)[^\"']+", page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert "@@" not in page


def test_it_names_nobody(page: str, cohort: Cohort) -> None:
    people = cohort.mentors.index.union(cohort.mentees.index)
    assert not [person for person in people if person in page]
    assert not re.findall(r"[\w.+-]+@[\w-]+\.\w+|\bD\d{3}\b", page)


def test_every_control_has_its_label(page: str) -> None:
    labels = set(re.findall(r'<label for="(\w+)">', page))
    assert labels == set(re.findall(r'<select id="(\w+)">', page))
    assert labels == {"policy", "other", "preset", "gap"}
    assert page.count('role="status"') == 1


def test_few_pairs_show_no_scores(tmp_path: Path) -> None:
    people = pd.DataFrame({"unit": list("abab"), "grade": [1, 2, 4, 5]}, index=list("wxyz"))
    small = Cohort(people[:2], people[2:], origin="</script><script>alert(1)</script>")
    page = write_static_explorer(small, tmp_path / "a.html", seed=1).read_text("utf-8")
    assert page.count("</script>") == 2
    text = re.search(r'id="data">(.*?)</script>', page, re.S)[1]
    data = json.loads(text)
    names = [judge["name"] for judge in data["judges"]]
    shown = [dict(zip(names, run, strict=True)) for run in data["runs"][0][0]]
    assert {row["mean_score"] for row in shown} == {row["worst_score"] for row in shown} == {None}
    assert {row["n_dyads"] for row in shown} == {2}
    assert 'class="dot"' not in data["charts"][0][0]


def test_a_file_that_is_there_is_not_lost(tmp_path: Path) -> None:
    people = pd.DataFrame({"unit": list("ab"), "grade": [1, 4]}, index=list("wz"))
    (tmp_path / "a.html").write_text("mine")
    with pytest.raises(RevlabError, match=r"a\.html is already there"):
        write_static_explorer(Cohort(people[:1], people[1:]), tmp_path / "a.html", seed=1)
    assert (tmp_path / "a.html").read_text() == "mine"
