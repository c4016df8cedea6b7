"""Named streams: the same name, the same numbers; another name, other numbers."""

import itertools

import numpy as np
import pytest

from revlab.errors import RevlabError
from revlab.rng import stream


def test_the_bits_are_pinned() -> None:
    assert stream(2026, 0, "people").integers(2**32, size=2).tolist() == [1471123842, 1950824872]


def test_names_give_streams_that_do_not_repeat_or_correlate() -> None:
    names = list(itertools.product(range(20), ["people", "pools", "arms", "survey"]))
    draws = np.array([stream(1, *name).standard_normal(2000) for name in names])
    assert len({tuple(row[:2]) for row in draws}) == len(names)
    correlation = np.corrcoef(draws)[np.triu_indices(len(names), 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(2000)


def test_a_word_is_not_a_number_and_order_matters() -> None:
    first = [stream(1, *k).integers(2**32) for k in [("1",), (1,), (1, 2), (2, 1), (12,)]]
    assert len(set(first)) == 5


def test_a_numpy_integer_names_the_same_stream_as_its_value() -> None:
    assert stream(1, np.int64(3)).integers(2**32) == stream(1, 3).integers(2**32)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", None])
def test_a_seed_is_a_whole_number_of_zero_or_more(seed: object) -> None:
    with pytest.raises(RevlabError, match="`seed` must be a whole number"):
        stream(seed)  # type: ignore[arg-type]
