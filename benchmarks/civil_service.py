"""The 500+500 civil servants under their programme's rules, paired by their own tool and by us.

Rules (as that programme publishes them): another organisation, one or two grades apart (both
must hold); the same profession is preferred. The peer is the programme's own open-source tool,
PyPI ``mentor-match`` 7.0.1, given those rules in one round:

    python -m pip install --target build/peers mentor-match==7.0.1 munkres
    PYTHONPATH=build/peers python benchmarks/civil_service.py

It has its own folder because its import name, ``matching``, is that of another peer.
"""

import csv
import operator
import time
from pathlib import Path

from matching import process
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.rules import rule

from revlab.pairing.eligibility import ELIGIBILITY_RULES
from revlab.pairing.policies import POLICIES, pair, with_settings
from revlab.pairing.scoring import Score
from revlab.people.roster import read_roster
from revlab.shipped import shipped

GRADES = ["AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2", "SCS3", "SCS4"]


def read_side(folder: Path, name: str, kind: type) -> list:
    """Read one side the way the peer wants it: the grade as a number."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # The tool tells people apart by their e-mail address.
    return [
        kind(**row | {"grade": GRADES.index(row["grade"]), "email": row["email address"]})
        for row in rows
    ]


def peer(folder: Path) -> tuple[int, float]:
    """Dyads and seconds of the programme's own tool; its 'mentor' is the senior."""
    mentors, mentees = read_side(folder, "mentors", Mentor), read_side(folder, "mentees", Mentee)

    def forbidden(match: object) -> bool:
        same = match.mentor.organisation == match.mentee.organisation  # type: ignore[attr-defined]
        gap = match.mentor.grade - match.mentee.grade  # type: ignore[attr-defined]
        return same or gap not in (1, 2)

    # The weights that the tool's own page gives: profession 4, grade 3.
    wanted = [
        rule.Equivalent("profession", {True: 4, False: 0}),
        rule.Grade(1, operator.ge, {True: 3, False: 0}),
        rule.Disqualify(forbidden),
    ]
    begin = time.perf_counter()
    process.process_data(mentors, mentees, [wanted])
    return sum(len(person.mentors) for person in mentees), time.perf_counter() - begin


def ours(folder: Path, name: str) -> tuple[int, float]:
    """Dyads and seconds of one of our policies, scoring included."""
    cohort = read_roster(folder)
    rules = (
        ELIGIBILITY_RULES["same_unit"],
        type(ELIGIBILITY_RULES["grade_gap"])(minimum=1, maximum=2),
    )
    policy = with_settings(POLICIES[name], score=Score({"profession": 1.0}), eligibility=rules)
    begin = time.perf_counter()
    matching = pair(cohort, policy=policy, seed=1)
    return len(matching.dyads), time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    folder = shipped("data/rosters/ukcs_large")
    pairs, seconds = peer(folder)
    print(f"{'tool':34} {'pairs':>6} {'seconds':>8} {'ratio':>7}")
    print(f"{'mentor-match 7.0.1, one round':34} {pairs:6d} {seconds:8.2f} {1:7.1f}")
    ours(folder, "optimal")
    for name in ("optimal", "most_pairs"):
        found, took = ours(folder, name)
        print(f"{'revlab ' + name:34} {found:6d} {took:8.3f} {seconds / took:7.1f}")


if __name__ == "__main__":
    main()
