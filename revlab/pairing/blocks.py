"""Scoring thousands of people on each side, a few rows at a time and in single precision."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from os import cpu_count
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.block_parts import Adder, BlockPart, block_part
from revlab.pairing.compatibility import MANY_CELLS, Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, EligibilityRule
from revlab.pairing.forbidding import forbidden_bits, rules_named
from revlab.pairing.kind_sums import KindSum, merged
from revlab.pairing.parts import PARTS
from revlab.pairing.score_notes import filled_note, left_out_note, no_data_message, no_wish_note
from revlab.pairing.scoring import DEFAULT_SCORE, Score, score_cohort
from revlab.people.cohort import Cohort

__all__ = ["ready_parts", "score_by_size", "score_in_blocks"]

Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]
_THREADS = 4
_SIDES = ("mentee", "mentor")


def score_in_blocks(
    cohort: Cohort,
    *,
    score: Score = DEFAULT_SCORE,
    eligibility: Sequence[EligibilityRule | str] = DEFAULT_ELIGIBILITY,
    block_rows: int = 32,
    progress: Progress | None = None,
) -> Compatibility:
    """Return what `score_cohort` returns, rounded to single precision and without the parts.

    The scores of a block of mentees are added up in double precision and rounded once, so a
    score differs from that of `score_cohort` by the rounding only (a part in ten million); two
    scores that differ by less become a tie. The rules forbid the same dyads. The memory needed
    is 10 bytes per cell, not 8 for each part and more.

    Parameters
    ----------
    cohort : Cohort
        The people.
    score : Score
        Which parts count, and how much.
    eligibility : sequence of rules or names in ``ELIGIBILITY_RULES``
        A dyad is allowed if no rule forbids it.
    block_rows : int
        Mentees at a time, in each of up to four threads; the scores depend on neither.
    progress : callable, optional
        Called as ``(mentees done, mentees in all)`` after each block.

    Returns
    -------
    Compatibility
        Rows are the cohort's mentees and columns its mentors, in their order. `dyad_parts` has
        the parts of chosen dyads.

    Raises
    ------
    OptionError
        If a rule name does not exist.
    PairingError
        If the cohort has no data for any part of the score, or ``block_rows`` is below one.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": [1, 3]}, index=["ana", "bo"])
    >>> fit = score_in_blocks(Cohort(people[:1], people[1:]), score=Score({"grade_gap": 1}))
    >>> fit.joint().tolist(), fit.joint().dtype
    ([[1.0]], dtype('float32'))
    """
    must(block_rows >= 1, f"`block_rows` must be at least 1; got {block_rows}.", PairingError)
    rules = rules_named(eligibility)
    parts, notes = ready_parts(cohort, score)
    bits = forbidden_bits(cohort, rules)
    adders, weights = _adders(parts, score), _weights(parts, score)
    scores: dict[str, Any] = {side: np.empty(bits.shape, np.float32) for side in _SIDES}
    own = local()

    def fill(start: int) -> int:
        """Write the scores of one block; a thread keeps its working tables."""
        rows = slice(start, min(start + block_rows, len(bits)))
        if not hasattr(own, "sums"):
            own.sums = {wish: np.empty((block_rows, bits.shape[1])) for wish in adders}
        block = {wish: table[: rows.stop - start] for wish, table in own.sums.items()}
        _add_up(adders, rows, block)
        for side, table in scores.items():
            np.divide(block[side], weights[side] or 1.0, out=table[rows], casting="same_kind")
        return rows.stop

    # Blocks do not depend on each other, so the scores are the same for any number of threads.
    with ThreadPoolExecutor(min(_THREADS, cpu_count() or 1)) as threads:
        for done in threads.map(fill, range(0, len(bits), block_rows)):
            if progress is not None:
                progress(done, len(bits))
    notes += [no_wish_note(side) for side in _SIDES if not weights[side]]
    return Compatibility(
        mentee_ids=cohort.mentees.index,
        mentor_ids=cohort.mentors.index,
        mentee_score=scores["mentee"],
        mentor_score=scores["mentor"],
        eligible=bits == 0,
        mentee_capacity=cohort.mentees["capacity"].to_numpy(),
        mentor_capacity=cohort.mentors["capacity"].to_numpy(),
        rules=tuple(rule.words for rule in rules),
        rule_bits=bits,
        notes=tuple(notes),
        mentee_traits=cohort.mentees,
        mentor_traits=cohort.mentors,
    )


def ready_parts(cohort: Cohort, score: Score) -> tuple[dict[str, BlockPart], list[str]]:
    """Return the parts for which the cohort has data, and notes on the others and on gaps.

    Raises
    ------
    PairingError
        If there is no such part.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 2, 4]}, index=["ana", "bo", "cy"])
    >>> [*ready_parts(Cohort(people[:2], people[2:]), DEFAULT_SCORE)[0]]
    ['organisational_distance', 'grade_gap']
    """
    parts: dict[str, BlockPart] = {}
    notes = []
    for name in PARTS:
        if score.weights.get(name, 0.0):
            part = block_part(cohort, name)
            gaps = part.gaps
            if gaps.some and np.isnan(gaps.mean):
                notes.append(left_out_note(name))
                continue
            if gaps.some:
                notes.append(filled_note(name, gaps.mentees, gaps.mentors))
            parts[name] = part
    must(bool(parts), no_data_message(score.weights), PairingError)
    return parts, notes


def _wish(name: str) -> str:
    """Return the side whose wish a part is, or "both" or "nobody"."""
    wishing = [side for side in _SIDES if getattr(PARTS[name], f"for_{side}")]
    return wishing[0] if len(wishing) == 1 else "both" if wishing else "nobody"


def _weights(parts: dict[str, BlockPart], score: Score) -> dict[str, float]:
    return {
        side: sum(score.weights[name] for name in parts if _wish(name) in (side, "both"))
        for side in _SIDES
    }


def _adders(parts: dict[str, BlockPart], score: Score) -> dict[str, list[Adder]]:
    """Return what adds the parts up: those of each side, and those of both."""
    adders: dict[str, list[Adder]] = {wish: [] for wish in (*_SIDES, "both")}
    for wish, some in adders.items():
        own = [parts[name].adder(score.weights[name]) for name in parts if _wish(name) == wish]
        some += merged([adder for adder in own if isinstance(adder, KindSum)])
        some += [adder for adder in own if not isinstance(adder, KindSum)]
    return adders


def _add_up(adders: dict[str, list[Adder]], rows: slice, sums: dict[str, Floats]) -> None:
    """Write the weighted sums of the parts of each side for some mentees."""
    for wish in ("both", *_SIDES):
        # What is a wish of both sides is added up once.
        sums[wish][...] = 0.0 if wish == "both" else sums["both"]
        for add in adders[wish]:
            add(rows, sums[wish])


def score_by_size(
    cohort: Cohort,
    *,
    score: Score = DEFAULT_SCORE,
    eligibility: Sequence[EligibilityRule | str] = DEFAULT_ELIGIBILITY,
) -> Compatibility:
    """Return `score_cohort`, or for more than 20 million dyads `score_in_blocks`.

    In blocks the people come in the order of their ids, so that nobody has to sort the tables
    again.

    Parameters
    ----------
    cohort : Cohort
        The people.
    score : Score
        Which parts count, and how much.
    eligibility : sequence of rules or names in ``ELIGIBILITY_RULES``
        A dyad is allowed if no rule forbids it.

    Raises
    ------
    OptionError
        If a rule name does not exist.
    PairingError
        If the cohort has no data for any part of the score.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": [1, 3]}, index=["ana", "bo"])
    >>> len(score_by_size(Cohort(people[:1], people[1:])).parts)
    2
    """
    if len(cohort.mentees) * len(cohort.mentors) <= MANY_CELLS:
        return score_cohort(cohort, score=score, eligibility=eligibility)
    sides = {
        name: people.iloc[np.argsort(people.index.to_numpy(str), kind="stable")]
        for name, people in (("mentors", cohort.mentors), ("mentees", cohort.mentees))
    }
    return score_in_blocks(replace(cohort, **sides), score=score, eligibility=eligibility)
