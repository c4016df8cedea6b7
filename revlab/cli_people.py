"""The people of a command: how their roster is read, and what is known of them besides."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from revlab.cli_options import Key, Mapping, SaveMapping, Skills, Traits, Yes, key_of, say
from revlab.cli_roster import read_report

if TYPE_CHECKING:
    from revlab.design.arms import Arm
    from revlab.pairing.policies import Policy
    from revlab.pairing.scoring import Score
    from revlab.people.cohort import Cohort
    from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["PeopleOptions"]

_TRAITS_WEIGHT = 1.0


@dataclass(frozen=True)
class PeopleOptions:
    """The options of every command that reads a roster.

    Parameters
    ----------
    mapping, save_mapping : pathlib.Path or None
        How to read it, and where to keep that.
    key : pathlib.Path or None
        With it every id that is shown or written is a pseudonym.
    traits : pathlib.Path or None
        Scores of questionnaires.
    skills : str or None
        A table of skills or a skills database.
    yes : bool
        Whether a guess is accepted unasked.
    """

    mapping: Mapping = None
    save_mapping: SaveMapping = None
    key: Key = None
    traits: Traits = None
    skills: Skills = None
    yes: Yes = False

    def names(self, *places: Path | None) -> "Pseudonyms | None":
        """Return the pseudonyms, if there is a key and it lies apart from where results go."""
        return key_of(self.key, *places)

    def read(self, roster: list[Path]) -> "Cohort":
        """Read the people of a roster with their traits and skills, and say what was read.

        Raises
        ------
        TableError
            With every fault of the roster, or all of those of the traits and the skills.
        """
        from revlab.people.given_rows import Known
        from revlab.people.measured import with_measured

        names = self.names()
        report = read_report(
            roster, mapping=self.mapping, yes=self.yes, save=self.save_mapping, names=names
        )
        before = report.checked()
        after = with_measured(
            Known(before, names, report.aside), traits=self.traits, skills=self.skills
        )
        for note in after.notes[len(before.notes) :]:
            say(f"note: {note}")
        return after

    def scored(self, policy: "Policy") -> "Policy":
        """Return the policy with the traits in its score, if there are any."""
        from revlab.pairing.scoring import Score

        if self.traits is None:
            return policy
        return replace(policy, score=Score({**policy.score.weights, "traits": _TRAITS_WEIGHT}))

    def scored_arm(self, arm: "Policy | Arm") -> "Policy | Arm":
        """Return an arm whose policy has the traits in its score, if there are any."""
        from revlab.pairing.policies import Policy

        if isinstance(arm, Policy):
            return self.scored(arm)
        return replace(arm, policy=self.scored(arm.policy))

    def score(self) -> "Score":
        """Return the usual score, with the traits in it if there are any."""
        from revlab.pairing.scoring import DEFAULT_SCORE, Score

        if self.traits is None:
            return DEFAULT_SCORE
        return Score({**DEFAULT_SCORE.weights, "traits": _TRAITS_WEIGHT})
