"""How the commands write pairs: with their reasons, and who was left over."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from revlab.pairing.compatibility import Compatibility
    from revlab.pairing.matching import Matching
    from revlab.pairing.scoring import Score
    from revlab.pairing.waiting_list import WaitingList
    from revlab.people.cohort import Cohort

__all__ = ["beside", "write_pairs"]


def beside(path: Path, word: str) -> Path:
    """Return the name of a file that belongs beside another.

    Examples
    --------
    >>> beside(Path("pairs.csv"), "leftover").name
    'pairs-leftover.csv'
    """
    return path.with_name(f"{path.stem}-{word}{path.suffix}")


def write_pairs(
    cohort: "Cohort",
    fit: "Compatibility",
    matching: "Matching",
    *,
    files: tuple[Path, Path],
    waiting: "WaitingList | None" = None,
    score: "Score | None" = None,
) -> None:
    """Write the pairs with their reasons and the people left over, and say what is where.

    Parameters
    ----------
    cohort : Cohort
        The people.
    fit : Compatibility
        The scores that the pairs were made with.
    matching : Matching
        The pairs.
    files : tuple of pathlib.Path
        Where the pairs go, and where the people left over go; both are replaced.
    waiting : WaitingList, optional
        Since when people wait, written beside the people left over.
    score : Score, optional
        The scoring rule, for people who were scored in blocks and have no parts kept.
    """
    from revlab.pairing.dyad_parts import dyad_parts
    from revlab.pairing.explain import explain_dyads, explain_unmatched
    from revlab.pairing.scoring import DEFAULT_SCORE
    from revlab.privacy.export import write_csv

    people = [matching.dyads[f"{side}_id"].tolist() for side in ("mentee", "mentor")]
    parts = None if fit.parts else dyad_parts(cohort, *people, score=score or DEFAULT_SCORE)
    pairs = explain_dyads(fit, matching, parts=parts).round(6)
    left = explain_unmatched(cohort, fit, matching)
    if waiting is not None:
        left = left.merge(waiting.people, on=["side", "person_id"], how="left")
        left = left.assign(since=left["since"].astype("Int64"), round=waiting.now - 1)
    out, left_out = files
    write_csv(pairs, out, if_exists="replace")
    write_csv(left, left_out, if_exists="replace")
    typer.echo(f"{out}: {len(pairs)} pairs, each with its reason.")
    typer.echo(f"{left_out}: {len(left)} people left over, with what would help.")
