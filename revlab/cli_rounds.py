"""`revlab lottery`, `revlab rematch` and `revlab why`: chance, rounds and reasons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Replace, Roster, Seed, say, target, with_options
from revlab.cli_people import PeopleOptions
from revlab.cli_tables import beside, write_pairs
from revlab.errors import must

if TYPE_CHECKING:
    from revlab.pairing.matching import Matching
    from revlab.people.cohort import Cohort
    from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["lottery", "rematch", "why"]

_Pairs = Annotated[
    Path,
    typer.Option(metavar="FILE", help="Pairs of the last round, as `revlab pair` wrote them."),
]
_Out = Annotated[Path, typer.Option(metavar="FILE", help="Where the pairs go (CSV).")]


@with_options
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
    people: PeopleOptions,
    seed: Seed = 2026,
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
    people.names(out, keep)
    cohort = people.read(roster)
    fit = score_cohort(cohort, score=people.score())
    say(f"finding the best lottery in which no pair is likelier than {cap:g} …")
    chances = capped_lottery(fit, cap=cap)
    keep.mkdir(exist_ok=True)
    write_lottery(chances, keep, seed=seed, if_exists="replace" if replace else "refuse")
    write_pairs(cohort, fit, chances.draw(fit, stream(seed, "lottery")), files=(out, left_out))
    typer.echo(f"{keep}: the chances of {chances.support} possible pairs (seed {seed}).")
    typer.echo(f"{chances!r}.")


@with_options
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
    people: PeopleOptions,
    seed: Seed = 2026,
    replace: Replace = False,
) -> None:
    """Pair the next round of a rolling programme, breaking as few pairs as pays.

    The roster is of the people now: whoever is new has arrived, whoever is missing has left.
    People who waited go first. FILE-leftover and FILE-changes are written beside the pairs.
    """
    from revlab.pairing.matching_file import read_waiting
    from revlab.pairing.rematch import rematch as rematched
    from revlab.pairing.scoring import score_cohort
    from revlab.pairing.waiting_list import WaitingList
    from revlab.people.given_ids import given_id
    from revlab.privacy.export import write_csv

    left_out, changed = (
        target(beside(out, word), replace=replace) for word in ("leftover", "changes")
    )
    target(out, replace=replace)
    waits = beside(pairs, "leftover")
    leftover = waits if waits.is_file() else None
    names = people.names(out)
    gone = {given_id(one, names) for one in left or ()}
    queue = WaitingList() if leftover is None else read_waiting(leftover, pseudonyms=names)
    before = _before(pairs, leftover, names)
    cohort = people.read(roster)
    _same_key(cohort, before, pairs, names)
    fit = score_cohort(cohort, score=people.score())
    done = rematched(fit, before, exchange_rate=exchange_rate, left=gone, waiting=queue, seed=seed)
    rows, columns = (
        [k for k, person in enumerate(ids) if person not in gone]
        for ids in (fit.mentee_ids, fit.mentor_ids)
    )
    here = fit.select(rows, columns)
    write_pairs(cohort, here, done.matching, files=(out, left_out), waiting=done.waiting)
    write_csv(done.changes.round(6), changed, if_exists="replace")
    typer.echo(f"{changed}: what changed and why.")
    typer.echo(f"{done!r}.")


def _before(pairs: Path, leftover: Path | None, names: "Pseudonyms | None") -> "Matching":
    from revlab.pairing.matching_file import read_matching

    return read_matching(pairs, leftover=leftover, pseudonyms=names)


def _same_key(
    cohort: "Cohort", before: "Matching", pairs: Path, names: "Pseudonyms | None"
) -> None:
    """Refuse pairs that were made with another key, which would look as if everybody had left."""
    from revlab.privacy.pseudonyms import check_same_key

    known = [*before.dyads["mentor_id"], *before.dyads["mentee_id"]]
    people = [*cohort.mentors.index, *cohort.mentees.index]
    if names is not None:
        check_same_key(people, known, pairs.name)
    must(
        not known or bool({*known} & {*people}),
        f"{pairs.name}: nobody in these pairs is in the roster; read it with the --key with which "
        "the pairs were made (or with none, if they were made with none).",
    )


@with_options
def why(
    roster: Roster,
    *,
    pairs: _Pairs,
    mentee: Annotated[str, typer.Option(metavar="ID", help="The senior.")],
    mentor: Annotated[str, typer.Option(metavar="ID", help="The junior.")],
    people: PeopleOptions,
) -> None:
    """Say why two people are not together, and what pairing them would cost whom."""
    from revlab.pairing.scoring import score_cohort
    from revlab.pairing.why_not import why_not
    from revlab.people.given_ids import given_id

    names = people.names()
    waits = beside(pairs, "leftover")
    matching = _before(pairs, waits if waits.is_file() else None, names)
    cohort = people.read(roster)
    _same_key(cohort, matching, pairs, names)
    fit = score_cohort(cohort, score=people.score())
    ids = {"mentee_id": given_id(mentee, names), "mentor_id": given_id(mentor, names)}
    for side, there in (("mentee", cohort.mentees.index), ("mentor", cohort.mentors.index)):
        must(
            ids[f"{side}_id"] in there,
            f"there is no {side} {ids[f'{side}_id']!r} in the roster; --{side} takes an id as it "
            f"stands in {pairs.name} under {side}_id.",
        )
    typer.echo(repr(why_not(fit, matching, **ids)))
