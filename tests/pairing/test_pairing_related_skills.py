"""Skills that are close to those needed count in part: by hand, by brute force, by contract."""

import time
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import random_cohort

from revlab.errors import PairingError
from revlab.pairing.part_functions import SKILL_CURVE, skill_coverage
from revlab.pairing.parts import PARTS
from revlab.pairing.policies import pair, with_settings
from revlab.pairing.related_skills import CLOSE, RelatedSkills
from revlab.pairing.scoring import DEFAULT_SCORE, Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.people.skill_draw import SkillDraw
from revlab.people.skill_similarity import skill_similarity
from revlab.people.skills import read_skills
from revlab.rng import stream
from revlab.shipped import shipped

TAXONOMY = read_skills(shipped("data/skills/esco_digital.csv"))
SIMILARITY = skill_similarity(TAXONOMY)
NAMES = [
    "javascript",
    "web-programming",
    "use-presentation-software",
    "listen-actively",
    "juggling",
]


def cohort_of(*rows: tuple[str, str, str, float]) -> Cohort:
    """Return a cohort of mentors a, b and mentees x, y with these skills."""
    people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4, 4]}, index=list("abxy"))
    table = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level"])
    return Cohort(people[:2], people[2:], skills=table.assign(source="self"))


def own_only(names: list[str]) -> pd.DataFrame:
    """Return a similarity in which a skill is like itself alone."""
    return pd.DataFrame(np.eye(len(names)), index=names, columns=names)


def esco_cohort(n_mentors: int, n_mentees: int, seed: int) -> Cohort:
    """Draw people with skills of the shipped taxonomy."""
    return draw_cohort(Population(), n_mentors, n_mentees, rng=stream(seed, "esco cohort"))


def by_hand(cohort: Cohort, similarity: pd.DataFrame, threshold: float) -> np.ndarray:
    """Return the part by going through every dyad, need and offer."""
    rows = cohort.skills.set_index(["person_id", "side"])
    gaps, worth = zip(*SKILL_CURVE, strict=True)
    found = np.full((len(cohort.mentees), len(cohort.mentors)), np.nan)

    def told(person: str, side: str) -> list[tuple[str, float]]:
        some = rows[rows.index == (person, side)]
        return list(zip(some["skill_id"], some["level"], strict=True))

    for i, j in np.ndindex(found.shape):
        needs, offers = (
            told(cohort.mentees.index[i], "need"), told(cohort.mentors.index[j], "offer"),
        )  # fmt: skip
        if needs and offers:
            best = dict.fromkeys(needs, 0.0)
            for need, offer in product(needs, offers):
                known = need[0] in similarity.index and offer[0] in similarity.index
                alike = similarity.loc[need[0], offer[0]] if known else float(need[0] == offer[0])
                if alike >= threshold:
                    help_ = alike * np.interp(offer[1] - need[1], gaps, worth)
                    best[need] = max(best[need], help_)
            found[i, j] = np.mean([*best.values()])
    return found


def test_a_close_skill_counts_by_its_similarity_and_by_the_levels_ahead() -> None:
    need = ("x", "javascript", "need", 1.0)
    for level, worth in ((1.0, 0.0), (2.0, 0.6), (3.0, 1.0), (4.0, 0.8), (5.0, 0.6)):
        cohort = cohort_of(need, ("a", "web-programming", "offer", level))
        assert RelatedSkills()(cohort)[0, 0] == pytest.approx(0.75 * worth)
        assert skill_coverage(cohort)[0, 0] == 0.0


def test_of_several_offers_the_best_counts_be_it_the_skill_itself_or_a_close_one() -> None:
    need = ("x", "javascript", "need", 0.0)
    far_ahead, close = ("a", "javascript", "offer", 5.0), ("a", "c#", "offer", 2.0)
    assert RelatedSkills()(cohort_of(need, far_ahead))[0, 0] == 0.4
    assert RelatedSkills()(cohort_of(need, far_ahead, close))[0, 0] == 0.75
    well_placed = ("a", "javascript", "offer", 2.0)
    assert RelatedSkills()(cohort_of(need, well_placed, close))[0, 0] == 1.0


def test_a_distant_skill_counts_nothing_and_the_threshold_says_what_is_distant() -> None:
    need = ("x", "javascript", "need", 1.0)
    cohort = cohort_of(need, ("a", "use-presentation-software", "offer", 3.0))
    assert SIMILARITY.loc["javascript", "use-presentation-software"] == 0.5 < CLOSE
    assert RelatedSkills()(cohort)[0, 0] == 0.0
    assert RelatedSkills(threshold=0.5)(cohort)[0, 0] == 0.5
    close = cohort_of(need, ("a", "web-programming", "offer", 3.0))
    assert RelatedSkills(threshold=0.75)(close)[0, 0] == 0.75
    assert RelatedSkills(threshold=1.0)(close)[0, 0] == 0.0


def test_a_skill_that_the_taxonomy_does_not_know_counts_for_itself_alone() -> None:
    cohort = cohort_of(
        ("x", "juggling", "need", 1.0), ("y", "javascript", "need", 1.0),
        ("a", "juggling", "offer", 3.0), ("b", "c#", "offer", 3.0),
    )  # fmt: skip
    assert RelatedSkills()(cohort).tolist() == [[1.0, 0.0], [0.0, 0.75]]


def test_who_states_no_need_or_no_offer_is_not_known() -> None:
    cohort = cohort_of(("x", "javascript", "need", 1.0), ("a", "c#", "offer", 3.0))
    assert np.isnan(RelatedSkills()(cohort)).tolist() == [[False, True], [True, True]]


@pytest.mark.parametrize("seed", range(6))
def test_without_similar_skills_it_is_skill_coverage_to_the_bit(seed: int) -> None:
    alone = RelatedSkills(similarity=own_only(TAXONOMY["skill_id"].tolist()))
    for cohort in (esco_cohort(17, 13, seed), random_cohort(9, 14, seed)):
        assert alone(cohort).tobytes() == skill_coverage(cohort).tobytes()
    # Skills outside the taxonomy are like nothing else either.
    assert RelatedSkills()(cohort).tobytes() == skill_coverage(cohort).tobytes()


@pytest.mark.parametrize("threshold", [CLOSE, 0.3, 0.01])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_going_through_all_needs_and_offers_gives(seed: int, threshold: float) -> None:
    cohort = esco_cohort(8, 9, seed)
    found = RelatedSkills(threshold)(cohort)
    np.testing.assert_allclose(found, by_hand(cohort, SIMILARITY, threshold), atol=2e-9)
    assert (found >= skill_coverage(cohort)).all()
    assert (found > skill_coverage(cohort)).any()


LEVELS = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 5.0]))


@settings(max_examples=50)
@given(
    needs=st.lists(LEVELS, min_size=5, max_size=5),
    offers=st.lists(LEVELS, min_size=5, max_size=5),
    more=st.tuples(st.sampled_from(NAMES), st.sampled_from([1.0, 3.0, 5.0])),
)
def test_it_is_bounded_and_offering_more_never_gives_less(
    needs: list[float | None], offers: list[float | None], more: tuple[str, float]
) -> None:
    rows = [
        (person, name, side, level)
        for person, side, told in (("x", "need", needs), ("a", "offer", offers))
        for name, level in zip(NAMES, told, strict=True)
        if level is not None
    ]
    cohort = cohort_of(*rows)
    one = RelatedSkills()(cohort)[0, 0]
    np.testing.assert_allclose(one, by_hand(cohort, SIMILARITY, CLOSE)[0, 0], atol=2e-9)
    if more[0] not in {name for _, name, side, _ in rows if side == "offer"}:
        grown = RelatedSkills()(cohort_of(*rows, ("a", more[0], "offer", more[1])))[0, 0]
        if not np.isnan(one):
            assert 0 <= one <= grown <= 1


def test_equal_dyads_stay_equal_to_the_last_bit_and_the_order_of_the_rows_plays_no_part() -> None:
    cohort = esco_cohort(12, 12, 4)
    rng = stream(5, "order")
    mixed = replace(cohort, skills=cohort.skills.iloc[rng.permutation(len(cohort.skills))])
    assert RelatedSkills()(mixed).tobytes() == RelatedSkills()(cohort).tobytes()
    levels = rng.uniform(0, 5, (2, 30))
    ids = TAXONOMY["skill_id"].tolist()[-30:]
    rows = [(p, s, "offer", levels[0, k]) for p in "ab" for k, s in enumerate(ids)]
    rows += [(p, s, "need", levels[1, k]) for p in "xy" for k, s in enumerate(ids)]
    assert len(np.unique(RelatedSkills()(cohort_of(*rows)))) == 1


def test_it_is_a_part_to_choose_with_words_and_not_in_the_usual_score() -> None:
    kind = PARTS["related_skills"]
    assert (kind.for_mentee, kind.for_mentor) == (True, False)
    assert "related_skills" not in DEFAULT_SCORE.weights
    cohort = cohort_of(("x", "javascript", "need", 1.0), ("a", "c#", "offer", 3.0))
    fit = score_cohort(cohort, score=Score({"related_skills": 1}))
    assert fit.mentee_score[0].tolist() == [0.75, 0.75]  # b states nothing: the mean
    assert not fit.mentor_score.any()
    empty = replace(cohort, skills=cohort.skills[:0])
    notes = score_cohort(empty, score=Score({"related_skills": 1, "grade_gap": 1})).notes
    assert notes[0] == (
        "The part 'related_skills' is left out: the cohort has no data on what mentees need and "
        "mentors offer."
    )


def test_a_mentor_who_has_a_close_skill_is_preferred_to_one_who_has_none() -> None:
    cohort = cohort_of(
        ("x", "javascript", "need", 1.0), ("y", "listen-actively", "need", 1.0),
        ("a", "show-diplomacy", "offer", 3.0), ("b", "web-programming", "offer", 3.0),
    )  # fmt: skip
    policy = with_settings("optimal", score=Score({"related_skills": 1}))
    for seed in range(5):
        dyads = pair(cohort, policy=policy, seed=seed).dyads
        assert dict(zip(dyads["mentee_id"], dyads["mentor_id"], strict=True)) == {
            "x": "b",
            "y": "a",
        }


def test_five_hundred_by_five_hundred_with_sixty_skills_takes_well_under_a_second() -> None:
    draw = SkillDraw(n_digital=40, n_other=20, most_offers=12, most_needs=10)
    people = Population(skills=draw)
    cohort = draw_cohort(people, 500, 500, rng=stream(1, "large"))
    assert cohort.skills["skill_id"].nunique() == 60
    RelatedSkills()(cohort)
    start = time.process_time()
    assert RelatedSkills()(cohort).shape == (500, 500)
    assert time.process_time() - start < 30


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, float("nan")])
def test_a_threshold_out_of_bounds_is_refused(threshold: float) -> None:
    with pytest.raises(PairingError, match="`threshold` must be above 0, at most 1; got"):
        RelatedSkills(threshold)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame([[1.0, 0.5]], index=["a"], columns=["a", "b"]),
        pd.DataFrame(np.eye(2), index=["a", "b"], columns=["b", "a"]),
        pd.DataFrame(np.ones((2, 2)), index=["a", "a"], columns=["a", "a"]),
        pd.DataFrame(np.eye(2) * 1.5, index=["a", "b"], columns=["a", "b"]),
        pd.DataFrame(np.eye(2) * np.nan, index=["a", "b"], columns=["a", "b"]),
        pd.DataFrame([["1"]], index=["a"], columns=["a"]),
    ],
)
def test_a_table_that_is_no_similarity_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(PairingError, match="`similarity` must be a square table of numbers"):
        RelatedSkills(similarity=table)
