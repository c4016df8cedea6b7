"""Cohorts and small markets that the pairing tests share, and their Hypothesis strategies."""

from itertools import chain, combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from revlab.pairing.compatibility import Compatibility
from revlab.people.cohort import Cohort
from revlab.rng import stream

SKILLS = ["sql", "video", "ai", "agile", "privacy", "social media", "budget", "law"]
SLOTS = [f"{day} {half}" for day in ("mon", "tue", "wed", "thu", "fri") for half in ("am", "pm")]
GRADES = ["AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2", "SCS3", "SCS4"]
ROSTERS = Path(__file__).resolve().parents[2] / "data" / "rosters"


def _some(rng: np.random.Generator, words: list[str], low: int, high: int) -> tuple[str, ...]:
    size = int(rng.integers(low, high + 1))
    return tuple(sorted(rng.choice(words, size=min(size, len(words)), replace=False)))


def _side(rng: np.random.Generator, ids: list[str], grades: tuple[int, int]) -> pd.DataFrame:
    n = len(ids)
    return pd.DataFrame(
        {
            "unit": rng.choice(["sales", "it", "hr", "law"], n),
            "grade": rng.integers(*grades, n),
            "profession": rng.choice(["policy", "digital", "finance"], n),
            "site": rng.choice(["north", "south"], n),
            "capacity": 1,
            "availability": [_some(rng, SLOTS, 3, 8) for _ in ids],
            "languages": [_some(rng, ["en", "fr", "de"], 1, 3) for _ in ids],
            "interests": [_some(rng, ["run", "cook", "chess", "read"], 1, 4) for _ in ids],
            "objectives": [_some(rng, ["inclusion", "digital", "retention"], 1, 3) for _ in ids],
            "declared_gender": rng.choice(["woman", "man", "other"], n),
        },
        index=pd.Index(ids, name="person_id"),
    )


def _skills(rng: np.random.Generator, ids: list[str]) -> pd.DataFrame:
    rows = []
    for person in ids:
        for side, levels in (("need", (0, 3)), ("offer", (2, 6))):
            for skill in _some(rng, SKILLS, 2, 4):
                rows.append((person, skill, side, float(rng.integers(*levels)), "simulated"))
    return pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level", "source"])


def random_cohort(n_mentors: int, n_mentees: int, seed: int) -> Cohort:
    """Draw a cohort with data for every part of the score."""
    rng = stream(seed, "test cohort")
    juniors = [f"j{k:03d}" for k in range(n_mentors)]
    seniors = [f"s{k:03d}" for k in range(n_mentees)]
    mind = stream(seed, "test traits")
    lines = pd.DataFrame(
        {"person_id": juniors, "manager_id": rng.choice(seniors, n_mentors)}
        if seniors
        else {"person_id": [], "manager_id": []}
    )
    return Cohort(
        mentors=_side(rng, juniors, (1, 6)).assign(trait_calm=mind.integers(1, 6, n_mentors)),
        mentees=_side(rng, seniors, (4, 10)).assign(trait_calm=mind.integers(1, 6, n_mentees)),
        skills=_skills(rng, [*juniors, *seniors]),
        reporting_lines=lines,
    )


def civil_servants(name: str) -> Cohort:
    """Read a shipped civil-service roster; its "mentors" are the seniors, our mentees."""

    def side(file: str) -> pd.DataFrame:
        table = pd.read_csv(ROSTERS / name / f"{file}.csv", encoding="utf-8-sig")
        people = pd.DataFrame(
            {
                "unit": table["organisation"],
                "grade": table["grade"].map(GRADES.index) + 1,
                "grade_label": table["grade"],
                "profession": table["profession"],
            }
        )
        return people.set_index(pd.Index(table["email address"], name="person_id"))

    return Cohort(mentors=side("mentees"), mentees=side("mentors"))


@st.composite
def markets(draw: st.DrawFn, largest: int = 5, ties: bool = True, places: int = 2) -> Compatibility:
    """Draw a small market with forbidden dyads, capacities from zero, and (maybe) ties."""
    n, m = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = []
    for _ in range(2):
        steps = rng.integers(0, 4, (n, m)) / 4 if ties else rng.permutation(n * m).reshape(n, m)
        scores.append(steps.astype(float))
    low = draw(st.integers(0, 1)) if places > 1 else 1
    return Compatibility.from_scores(
        *scores,
        eligible=rng.random((n, m)) < draw(st.sampled_from([0.4, 0.8, 1.0])),
        mentee_capacity=rng.integers(low, places + 1, n),
        mentor_capacity=rng.integers(low, places + 1, m),
    )


def all_matchings(market: Compatibility) -> list[tuple[tuple[int, int], ...]]:
    """Return every set of allowed dyads that respects both sides' capacities."""
    n, m = market.shape
    choices = [
        [
            tuple((i, int(j)) for j in partners)
            for size in range(int(market.mentee_capacity[i]) + 1)
            for partners in combinations(np.flatnonzero(market.eligible[i]), size)
        ]
        for i in range(n)
    ]
    found = []
    for rows in product(*choices):
        cells = tuple(chain.from_iterable(rows))
        used = np.bincount([j for _, j in cells], minlength=m)
        if (used <= market.mentor_capacity).all():
            found.append(cells)
    return found


def blocks(market: Compatibility, cells: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Return the pairs that block a set of dyads, by going through all pairs one by one."""
    together = set(cells)
    blocking = []
    for i, j in product(*map(range, market.shape)):
        if (i, j) in together or not market.eligible[i, j]:
            continue
        mine = [market.mentee_score[i, b] for a, b in cells if a == i]
        theirs = [market.mentor_score[a, j] for a, b in cells if b == j]
        free_i = len(mine) < market.mentee_capacity[i]
        free_j = len(theirs) < market.mentor_capacity[j]
        wants_i = free_i or any(market.mentee_score[i, j] > score for score in mine)
        wants_j = free_j or any(market.mentor_score[i, j] > score for score in theirs)
        if wants_i and wants_j:
            blocking.append((i, j))
    return blocking
