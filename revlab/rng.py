"""The only door to chance: every source of chance has a name.

A stream is keyed by the root seed and by what it is for, never by the worker that draws it,
so results have the same bits whatever the number of workers or the order of the work.
"""

import hashlib

import numpy as np

from revlab.errors import must

__all__ = ["stream"]


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
    must(
        isinstance(seed, int | np.integer) and not isinstance(seed, bool) and seed >= 0,
        f"`seed` must be a whole number of zero or more; got {seed!r}.",
    )
    words = [int(seed)]
    for key in keys:
        kind = "word" if isinstance(key, str) else "number"
        digest = hashlib.sha256(f"{kind}:{key}".encode()).digest()
        words.extend(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
