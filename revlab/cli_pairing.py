"""`revlab pair` and `revlab compare`."""

from dataclasses import replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Replace, Roster, Seed, say, target, with_options
from revlab.cli_people import PeopleOptions
from revlab.cli_tables import beside, write_pairs
from revlab.errors import OptionError, must

if TYPE_CHECKING:
    from revlab.pairing.policies import Policy
    from revlab.people.cohort import Cohort
    from revlab.privacy.pseudonyms import Pseudonyms
    from revlab.report.frames import TableView

__all__ = ["compare", "pair"]

# Written out so that --help need not load the policies; a test compares the two.
_POLICIES = (
    "random, serial_dictatorship, greedy, stable_mentee, stable_mentor, optimal, most_pairs, "
    "best_with_price, egalitarian, minimum_regret, rank_maximal, top_trading_cycles, bottleneck, "
    "leximin, nash, lottery, mixer"
)


@with_options
def pair(
    roster: Roster,
    *,
    policy: Annotated[str, typer.Option(metavar="NAME", help=f"One of {_POLICIES}.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the pairs go (CSV).")],
    across: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=SHARE",
            help="At least this share of pairs of two different values, such as site=0.5.",
        ),
    ] = None,
    people: PeopleOptions,
    seed: Seed = 2026,
    replace: Replace = False,
) -> None:
    """Pair the people of a roster and say why each pair was made.

    A second file, FILE with -leftover in its name, lists who was left over, which rule forbade
    them every partner, and what would help. People decide: this is a proposal.
    """
    from revlab.pairing.blocks import score_by_size
    from revlab.pairing.policies import pair as pair_by
    from revlab.pairing.policies import policy_named

    chosen = people.scored(_with_quotas(policy_named(policy), across or []))
    people.names(out)
    left_out = target(beside(out, "leftover"), replace=replace)
    target(out, replace=replace)
    cohort = people.read(roster)
    compatibility = score_by_size(cohort, score=chosen.score, eligibility=chosen.eligibility)
    matching = pair_by(cohort, policy=chosen, seed=seed)
    typer.echo(f"{matching!r} (seed {seed}).")
    write_pairs(cohort, compatibility, matching, files=(out, left_out), score=chosen.score)


def _with_quotas(policy: "Policy", across: list[str]) -> "Policy":
    """Return the policy's score and rules with a planner who keeps the quotas."""
    from revlab.pairing.assignment import OptimalAssignment
    from revlab.pairing.mixes import Mix
    from revlab.pairing.quotas import QuotaAssignment

    if not across:
        return policy
    planner = policy.mechanism
    plain = isinstance(planner, OptimalAssignment) and planner.aim in ("score", "pairs")
    aim = planner.aim if isinstance(planner, OptimalAssignment) and plain else ""
    must(
        bool(aim),
        f"--across goes with the policies 'optimal' and 'most_pairs', not with {policy.name!r}.",
        OptionError,
    )
    mixes = []
    for text in across:
        column, _, share = text.partition("=")
        number = share.strip().replace(".", "", 1).isdigit()
        must(
            bool(column.strip()) and number,
            f"--across must be a column and a share, such as site=0.5; got {text!r}.",
            OptionError,
        )
        mixes.append(Mix(column.strip(), at_least=float(share)))
    return replaced(policy, mechanism=QuotaAssignment(tuple(mixes), aim))


def _by_hand(
    path: Path, cohort: "Cohort", *, like: "Policy", names: "Pseudonyms | None"
) -> "Policy":
    """Return pairs made by hand as a policy, judged by the score of another."""
    from revlab.pairing.own_pairs import read_own_pairs

    note = "The pairs were made by hand."
    pairs = read_own_pairs(path, cohort, pseudonyms=names)
    return replaced(like, name="by_hand", mechanism=pairs, note=note)


@with_options
def compare(
    roster: Roster,
    *,
    policies: Annotated[
        str, typer.Option(metavar="A,B,C", help=f"Separated by commas, of {_POLICIES}.")
    ] = "random,stable_mentee,optimal",
    own_pairs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Pairs made by hand (mentor_id, mentee_id), as a rival."),
    ] = None,
    people: PeopleOptions,
    seed: Seed = 2026,
) -> None:
    """Pair the same people by several policies, side by side."""
    from revlab.pairing.policies import policy_named
    from revlab.pairing.quality import compare as compare_policies
    from revlab.report.frames import show

    names = [name.strip() for name in policies.split(",") if name.strip()]
    must(bool(names), "--policies must name at least one pairing policy.")
    chosen = [people.scored(policy_named(name)) for name in names]
    cohort = people.read(roster)
    if own_pairs is not None:
        chosen.append(_by_hand(own_pairs, cohort, like=chosen[0], names=people.names()))
    say(f"pairing by {len(chosen)} policies …")
    frame = compare_policies(cohort, chosen, seed=seed)
    wide = show(frame, caption=f"The same people paired by each policy (seed {seed})")
    typer.echo(repr(_upright(wide)))


def _upright(wide: "TableView") -> "TableView":
    """Return the table with one column for each policy, which fits a terminal."""
    columns = list(zip(wide.headings, *wide.rows, strict=True))
    numeric = (False, *(True for _ in wide.rows))
    return replaced(wide, headings=columns[0], rows=tuple(columns[1:]), numeric=numeric)
