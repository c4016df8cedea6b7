"""The only door to chance: every source of chance has a name.

A stream is keyed by the root seed and by what it is for, never by the worker that draws it,
so results have the same bits whatever the number of workers or the order of the work.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt
from numpy.random.bit_generator import ISeedSequence

from revlab.errors import must

__all__ = ["stream", "streams"]

_Words = npt.NDArray[np.uint32]

_HASH_IN, _HASH_OUT = (0x43B0D7E5, 0x931E8875), (0x8B51F9DD, 0x58F38DED)
_MIX = (np.uint32(0xCA01F9DD), np.uint32(0x4973F715))
_SHIFT = np.uint32(16)


def stream(seed: int, *keys: int | str) -> np.random.Generator:
    """Return the generator named by ``seed`` and ``keys``.

    Parameters
    ----------
    seed : int
        Root seed, zero or more.
    *keys : int or str
        What the stream is for, for instance ``(replication, "workload")``.

    Returns
    -------
    numpy.random.Generator
        A fresh PCG64 generator; the same arguments always give the same numbers, and different
        keys give independent streams (SeedSequence over the SHA-256 of each key).

    Raises
    ------
    RevlabError
        If ``seed`` is not a whole number of zero or more.

    Examples
    --------
    >>> stream(7, 3, "workload").integers(100, size=3).tolist()
    [43, 40, 27]
    >>> stream(7, 3, "survey").integers(100, size=3).tolist() == [43, 40, 27]
    False
    """
    words = [*_root(seed), *(word for key in keys for word in _words(key))]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def streams(
    seed: int, replications: Iterable[int], *purpose: int | str
) -> Iterator[np.random.Generator]:
    """Yield ``stream(seed, replication, *purpose)`` for one replication after the other.

    The numbers are those of `stream`, bit for bit, and come many times sooner: the seeds of all
    are mixed at once.

    Parameters
    ----------
    seed : int
        Root seed, zero or more.
    replications : iterable of int
        Numbers of the replications.
    *purpose : int or str
        What the streams are for.

    Yields
    ------
    numpy.random.Generator
        A fresh PCG64 generator each time.

    Raises
    ------
    RevlabError
        If ``seed`` is not a whole number of zero or more.

    References
    ----------
    The seeding that NumPy documents for ``SeedSequence``, after O'Neill 2015, Developing a
    seed_seq alternative, pcg-random.org.

    Examples
    --------
    >>> [int(rng.integers(100)) for rng in streams(7, [3, 4], "workload")]
    [43, 62]
    >>> [int(stream(7, replication, "workload").integers(100)) for replication in [3, 4]]
    [43, 62]
    """
    numbers = _numbers(tuple(replications))
    before, after = _root(seed), [word for key in purpose for word in _words(key)]
    columns = [np.full(len(numbers), word, dtype=np.uint32) for word in before]
    columns += list(numbers.T)
    columns += [np.full(len(numbers), word, dtype=np.uint32) for word in after]
    for words in _seeds(columns):
        # NumPy takes every ISeedSequence; only its type stubs ask for the one of its own.
        yield np.random.Generator(np.random.PCG64(cast(np.random.SeedSequence, _Mixed(words))))


class _Mixed(ISeedSequence):
    """A seed sequence whose words for a PCG64 generator have been mixed already."""

    def __init__(self, words: npt.NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(
        self, n_words: int, dtype: npt.DTypeLike = np.uint32
    ) -> npt.NDArray[np.uint64]:
        return self._words


def _root(seed: int) -> list[int]:
    must(
        isinstance(seed, int | np.integer) and not isinstance(seed, bool) and seed >= 0,
        f"`seed` must be a whole number of zero or more; got {seed!r}.",
    )
    words, rest = [int(seed) & 0xFFFFFFFF], int(seed) >> 32
    while rest:
        words.append(rest & 0xFFFFFFFF)
        rest >>= 32
    return words


@lru_cache(maxsize=4096)
def _digest(key: str) -> tuple[int, ...]:
    digest = hashlib.sha256(key.encode()).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


def _words(key: int | str) -> tuple[int, ...]:
    return _digest(f"{'word' if isinstance(key, str) else 'number'}:{key}")


@lru_cache(maxsize=8)
def _numbers(replications: tuple[int, ...]) -> _Words:
    # A run has one block of replications at a time, and asks for it once for every purpose.
    return np.array([_words(r) for r in replications], dtype=np.uint32).reshape(-1, 4)


def _hashed(value: _Words, constant: int, multiplier: int) -> tuple[_Words, int]:
    """Return the values hashed, and the constant of the next hash."""
    following = constant * multiplier & 0xFFFFFFFF
    value = (value ^ np.uint32(constant)) * np.uint32(following)
    return value ^ (value >> _SHIFT), following


def _seeds(columns: list[_Words]) -> npt.NDArray[np.uint64]:
    """Return what ``SeedSequence(words).generate_state(4, numpy.uint64)`` gives, row by row."""
    constant, multiplier = _HASH_IN
    pool: list[_Words] = []
    columns = columns + [np.zeros_like(columns[0])] * max(0, 4 - len(columns))
    for column in columns[:4]:
        word, constant = _hashed(column, constant, multiplier)
        pool.append(word)

    def _stir(word: _Words, into: int) -> None:
        nonlocal constant
        word, constant = _hashed(word, constant, multiplier)
        mixed = _MIX[0] * pool[into] - _MIX[1] * word
        pool[into] = mixed ^ (mixed >> _SHIFT)

    for source in range(4):
        for into in set(range(4)) - {source}:
            _stir(pool[source], into)
    for column in columns[4:]:
        for into in range(4):
            _stir(column, into)
    constant, multiplier = _HASH_OUT
    out = np.empty((len(columns[0]), 8), dtype="<u4")
    for k in range(8):
        out[:, k], constant = _hashed(pool[k % 4], constant, multiplier)
    return out.view("<u8").astype(np.uint64)
