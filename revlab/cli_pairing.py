"""`revlab pair` and `revlab compare`."""

from dataclasses import replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Mapping, Replace, Roster, SaveMapping, Seed, Yes, say, target
from revlab.cli_roster import read_people
from revlab.errors import must

if TYPE_CHECKING:
    from revlab.report.frames import TableView

__all__ = ["compare", "pair"]

# Written out so that --help need not load the policies; a test compares the two.
_POLICIES = "random, serial_dictatorship, greedy, stable_mentee, stable_mentor, optimal, most_pairs"


def pair(
    roster: Roster,
    *,
    policy: Annotated[str, typer.Option(metavar="NAME", help=f"One of {_POLICIES}.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the pairs go (CSV).")],
    mapping: Mapping = None,
    save_mapping: SaveMapping = None,
    seed: Seed = 2026,
    yes: Yes = False,
    replace: Replace = False,
) -> None:
    """Pair the people of a roster and say why each pair was made.

    A second file, FILE with -leftover in its name, lists who was left over, which rule forbade
    them every partner, and what would help. People decide: this is a proposal.
    """
    from revlab.pairing.explain import explain_dyads, explain_unmatched
    from revlab.pairing.policies import pair as pair_by
    from revlab.pairing.policies import policy_named
    from revlab.pairing.scoring import score_cohort
    from revlab.privacy.export import write_csv

    chosen = policy_named(policy)
    left_out = target(out.with_name(f"{out.stem}-leftover{out.suffix}"), replace=replace)
    target(out, replace=replace)
    cohort = read_people(roster, mapping=mapping, yes=yes, save=save_mapping)
    compatibility = score_cohort(cohort, score=chosen.score, eligibility=chosen.eligibility)
    matching = pair_by(cohort, policy=chosen, seed=seed)
    pairs = explain_dyads(compatibility, matching).round(6)
    left = explain_unmatched(cohort, compatibility, matching)
    write_csv(pairs, out, if_exists="replace")
    write_csv(left, left_out, if_exists="replace")
    typer.echo(f"{matching!r}.")
    typer.echo(f"{out}: {len(pairs)} pairs, each with its reason (seed {seed}).")
    typer.echo(f"{left_out}: {len(left)} people left over, with what would help.")


def compare(
    roster: Roster,
    *,
    policies: Annotated[
        str, typer.Option(metavar="A,B,C", help=f"Separated by commas, of {_POLICIES}.")
    ] = "random,stable_mentee,optimal",
    mapping: Mapping = None,
    save_mapping: SaveMapping = None,
    seed: Seed = 2026,
    yes: Yes = False,
) -> None:
    """Pair the same people by several policies, side by side."""
    from revlab.pairing.policies import policy_named
    from revlab.pairing.quality import compare as compare_policies
    from revlab.report.frames import show

    names = [name.strip() for name in policies.split(",") if name.strip()]
    must(bool(names), "--policies must name at least one pairing policy.")
    chosen = [policy_named(name) for name in names]
    cohort = read_people(roster, mapping=mapping, yes=yes, save=save_mapping)
    say(f"pairing by {len(chosen)} policies …")
    frame = compare_policies(cohort, chosen, seed=seed)
    wide = show(frame, caption=f"The same people paired by each policy (seed {seed})")
    typer.echo(repr(_upright(wide)))


def _upright(wide: "TableView") -> "TableView":
    """Return the table with one column for each policy, which fits a terminal."""
    columns = list(zip(wide.headings, *wide.rows, strict=True))
    numeric = (False, *(True for _ in wide.rows))
    return replaced(wide, headings=columns[0], rows=tuple(columns[1:]), numeric=numeric)
