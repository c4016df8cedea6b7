"""Pseudonyms: who has the roster but no key links nobody; a key is refused, kept and never lost."""

import hashlib
import os
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import RevlabError
from revlab.privacy.pseudonyms import (
    Pseudonyms,
    check_same_key,
    is_pseudonym,
    keep_apart,
    new_key,
    read_key,
    write_key,
)

ROSTER = [f"person.{i:03d}@example.org" for i in range(500)]


def recovered(shown: dict[str, str], guess: dict[str, str]) -> int:
    """Return how many people an attacker links who can make ``guess`` for every name."""
    return sum(shown[person] == guess[person] for person in ROSTER)


def test_a_dictionary_of_the_whole_roster_links_nobody_without_the_key() -> None:
    names = Pseudonyms(new_key())
    shown = {person: names.of(person) for person in ROSTER}
    other = Pseudonyms(new_key())
    assert recovered(shown, {person: other.of(person) for person in ROSTER}) == 0
    # The control: without a key, the same dictionary links everybody.
    plain = {person: hashlib.sha256(person.encode()).hexdigest()[:10] for person in ROSTER}
    assert recovered(plain, dict(plain)) == 500


def test_pseudonyms_differ_stay_and_have_one_form() -> None:
    names = Pseudonyms(bytes(range(32)))
    shown = [names.of(person) for person in ROSTER]
    assert len(set(shown)) == 500
    assert shown == [Pseudonyms(bytes(range(32))).of(person) for person in ROSTER]
    assert all(name.startswith("p_") and len(name) == 12 for name in shown)
    assert names.of(" ana ") == names.of("ana")
    assert names.of("e\u0301") == names.of("\u00e9")


def test_their_order_says_nothing_about_the_order_of_the_people() -> None:
    names = Pseudonyms(bytes(range(32)))
    order = sorted(range(500), key=lambda i: names.of(ROSTER[i]))
    rises = sum(a < b for a, b in pairwise(order))
    # In a random order half of the 499 steps rise; the spread is sqrt(501 / 12) = 6.5.
    assert abs(rises - 249.5) < 4 * 6.5


@pytest.mark.parametrize("key", [b"", b"short", bytes(31), bytes(32), b"ab" * 40, "x" * 64])
def test_a_weak_key_is_refused(key: bytes) -> None:
    with pytest.raises(RevlabError, match=r"make one with new_key\(\)"):
        Pseudonyms(key)


def test_the_key_is_not_shown() -> None:
    key = new_key()
    text = repr(Pseudonyms(key)) + str(Pseudonyms(key))
    assert key.hex() not in text
    assert repr(key) not in text


@pytest.mark.parametrize("person", ["", "  ", "\u00a0"])
def test_nobody_has_no_pseudonym(person: str) -> None:
    with pytest.raises(RevlabError, match="needs a person_id"):
        Pseudonyms(bytes(range(32))).of(person)


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=64).filter(lambda key: len(set(key)) > 8))
def test_a_key_survives_its_file(tmp_path_factory: pytest.TempPathFactory, key: bytes) -> None:
    path = tmp_path_factory.mktemp("key") / "programme.key"
    assert read_key(write_key(key, path)) == key


def test_a_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = write_key(new_key(), tmp_path / "programme.key")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(RevlabError, match="a key is never replaced"):
        write_key(new_key(), path)
    assert path.read_bytes() == before
    with pytest.raises(RevlabError, match="cannot be written"):
        write_key(new_key(), tmp_path / "no folder" / "programme.key")


@pytest.mark.parametrize("content", [b"", b"# only words\n", b"zz", b"\xff\xfe", b"00" * 32])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "programme.key"
    path.write_bytes(content)
    with pytest.raises(RevlabError, match=r"is no key file|make one with new_key\(\)"):
        read_key(path)


def test_a_key_must_not_lie_in_a_folder_of_results(tmp_path: Path) -> None:
    (tmp_path / "site" / "deep").mkdir(parents=True)
    (tmp_path / "keys").mkdir()
    for key, target in (("site/deep/k", "site"), ("site/k", "site"), ("site/k", "site/a.csv")):
        with pytest.raises(RevlabError, match="keep the key in a folder of its own"):
            keep_apart(tmp_path / key, tmp_path / target)
    keep_apart(tmp_path / "keys" / "k", tmp_path / "site")
    keep_apart(tmp_path / "keys" / "k", tmp_path / "a.csv")
    (tmp_path / "link").symlink_to(tmp_path / "site")
    with pytest.raises(RevlabError, match="in the folder of the results"):
        keep_apart(tmp_path / "link" / "k", tmp_path / "site")


def test_another_key_is_noticed_and_the_same_one_is_not() -> None:
    one, two = Pseudonyms(bytes(range(32))), Pseudonyms(bytes(range(1, 33)))
    known = [one.of(name) for name in "abc"]
    check_same_key([one.of("c"), one.of("new")], known, "the pilot")
    check_same_key([], known, "the pilot")
    with pytest.raises(RevlabError, match="none of the 2 people is in the pilot: the key is not"):
        check_same_key([two.of("a"), two.of("b")], known, "the pilot")
    assert is_pseudonym(known[0])
    assert not is_pseudonym("P017")
