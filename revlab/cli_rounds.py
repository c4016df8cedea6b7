"""`revlab lottery`, `revlab rematch` and `revlab why`: chance, rounds and reasons."""

from pathlib import Path
from typing import Annotated

import typer

from revlab.cli_options import Mapping, Replace, Roster, SaveMapping, Seed, Yes, say, target
from revlab.cli_roster import read_people
from revlab.cli_tables import beside, write_pairs
from revlab.errors import must

__all__ = ["lottery", "rematch", "why"]

_Pairs = Annotated[
    Path,
    typer.Option(metavar="FILE", help="Pairs of the last round, as `revlab pair` wrote them."),
]
_Out = Annotated[Path, typer.Option(metavar="FILE", help="Where the pairs go (CSV).")]


def lottery(
    roster: Roster,
    *,
    out: _Out,
    keep: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the chances are kept, for the analysis.")
    ],
    cap: Annotated[
        float, typer.Option(metavar="SHARE", help="Largest chance of any pair, 0 to 1.")
    ] = 0.4,
    mapping: Mapping = None,
    save_mapping: SaveMapping = None,
    seed: Seed = 2026,
    yes: Yes = False,
    replace: Replace = False,
) -> None:
    """Draw the pairs by lottery and keep the chances that each pair had.

    A pilot whose pairs were drawn can later say what another pairing policy would have given.
    The price is printed: the expected fit as a share of the best.
    """
    from revlab.pairing.lottery_capped import capped_lottery
    from revlab.pairing.lottery_file import write_lottery
    from revlab.pairing.scoring import score_cohort
    from revlab.rng import stream

    left_out = target(beside(out, "leftover"), replace=replace)
    target(out, replace=replace)
    must(keep.parent.is_dir(), f"the folder {str(keep.parent)!r} does not exist; make it first.")
    cohort = read_people(roster, mapping=mapping, yes=yes, save=save_mapping)
    fit = score_cohort(cohort)
    say(f"finding the best lottery in which no pair is likelier than {cap:g} …")
    chances = capped_lottery(fit, cap=cap)
    keep.mkdir(exist_ok=True)
    write_lottery(chances, keep, seed=seed, if_exists="replace" if replace else "refuse")
    write_pairs(cohort, fit, chances.draw(fit, stream(seed, "lottery")), files=(out, left_out))
    typer.echo(f"{keep}: the chances of {chances.support} possible pairs (seed {seed}).")
    typer.echo(f"{chances!r}.")


def rematch(
    roster: Roster,
    *,
    pairs: _Pairs,
    out: _Out,
    left: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Somebody who left; may be repeated.")
    ] = None,
    exchange_rate: Annotated[
        float,
        typer.Option(
            metavar="SCORE", min=0, help="What breaking a pair must bring; inf breaks none."
        ),
    ] = 0.1,
    mapping: Mapping = None,
    seed: Seed = 2026,
    yes: Yes = False,
    replace: Replace = False,
) -> None:
    """Pair the next round of a rolling programme, breaking as few pairs as pays.

    The roster is of the people now: whoever is new has arrived, whoever is missing has left.
    People who waited go first. FILE-leftover and FILE-changes are written beside the pairs.
    """
    from revlab.pairing.matching_file import read_matching, read_waiting
    from revlab.pairing.rematch import rematch as rematched
    from revlab.pairing.scoring import score_cohort
    from revlab.pairing.waiting_list import WaitingList
    from revlab.privacy.export import write_csv

    left_out, changed = (
        target(beside(out, word), replace=replace) for word in ("leftover", "changes")
    )
    target(out, replace=replace)
    waits = beside(pairs, "leftover")
    leftover = waits if waits.is_file() else None
    before = read_matching(pairs, leftover=leftover)
    queue = WaitingList() if leftover is None else read_waiting(leftover)
    cohort = read_people(roster, mapping=mapping, yes=yes, save=None)
    fit = score_cohort(cohort)
    done = rematched(
        fit, before, exchange_rate=exchange_rate, left=left or (), waiting=queue, seed=seed
    )
    gone = set(left or ())
    rows, columns = (
        [k for k, person in enumerate(ids) if person not in gone]
        for ids in (fit.mentee_ids, fit.mentor_ids)
    )
    here = fit.select(rows, columns)
    write_pairs(cohort, here, done.matching, files=(out, left_out), waiting=done.waiting)
    write_csv(done.changes.round(6), changed, if_exists="replace")
    typer.echo(f"{changed}: what changed and why.")
    typer.echo(f"{done!r}.")


def why(
    roster: Roster,
    *,
    pairs: _Pairs,
    mentee: Annotated[str, typer.Option(metavar="ID", help="The senior.")],
    mentor: Annotated[str, typer.Option(metavar="ID", help="The junior.")],
    mapping: Mapping = None,
    yes: Yes = False,
) -> None:
    """Say why two people are not together, and what pairing them would cost whom."""
    from revlab.pairing.matching_file import read_matching
    from revlab.pairing.scoring import score_cohort
    from revlab.pairing.why_not import why_not

    waits = beside(pairs, "leftover")
    matching = read_matching(pairs, leftover=waits if waits.is_file() else None)
    cohort = read_people(roster, mapping=mapping, yes=yes, save=None)
    typer.echo(repr(why_not(score_cohort(cohort), matching, mentee_id=mentee, mentor_id=mentor)))
