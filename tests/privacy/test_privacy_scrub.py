"""Names, addresses and numbers leave free text, in every spelling; ordinary words stay."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import OptionError
from revlab.privacy.folding import fold
from revlab.privacy.scrub import MARKS, Scrubber

PEOPLE = [
    "Will Young",
    "Zoë O'Neill",
    "Anna-Lena Müller",
    "Ludwig van der Berghe",
    "Smith-Jones, Priya",
    "José Núñez",
    "Jo Li",
    "田中 太郎",
    "Ñandú Çelik",
    "Søren Łukasz",
]
SCRUB = Scrubber(PEOPLE, ids=["P017", "x9", "12", "40031"])


def cleaned(text: str) -> str:
    return SCRUB([text]).texts[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Will will come.", "[name] will come."),
        ("WILL WILL come", "[name] come"),
        ("will young or WILL YOUNG", "[name] or [name]"),
        ("Young, Will was late", "[name] was late"),
        ("We are young and will try.", "We are young and will try."),
        ("Zoe's idea, ZOË’S idea", "[name]'s idea, [name]’S idea"),
        ("O'Neill, O’Neill, ONeill, o neill", "[name], [name], [name], [name]"),
        ("Anna-Lena, Anna Lena, Annalena, anna", "[name], [name], [name], [name]"),
        ("Müller, Mueller, MULLER, Mu\u0308ller", "[name], [name], [name], [name]"),
        ("Annas Idee", "[name]s Idee"),
        ("van der Waals and the van", "van der Waals and the van"),
        ("L. van der Berghe said", "[name] said"),
        ("Ludwig v. Berghe; Ludwig B. Berghe", "[name]; [name]"),
        ("Priya Smith Jones (Smith-Jones)", "[name] ([name])"),
        ("smith‑jones with a hard hyphen", "[name] with a hard hyphen"),
        ("Jose Nunez; JOSÉ NÚÑEZ", "[name]; [name]"),
        ("A\u200bnna-Le\u00adna and J\u2060osé", "[name] and [name]"),
        ("I met Li, li is a list element", "I met [name], li is a list element"),
        ("田中さんと会いました。", "[name]さんと会いました。"),
        ("ask 田中太郎", "ask [name]"),
        ("Celik and Nandu; Soeren; Soren; Lukasz", "[name] and [name]; [name]; [name]; [name]"),
        ("@anna_mueller or anna2 #Zoe", "@[name]_[name] or [name]2 #[name]"),
        ("annotate, Annapolis, zoetrope, Berghem", "annotate, Annapolis, zoetrope, Berghem"),
        ("e.g. Anna", "e.g. [name]"),
        ("Ask Jose\u0301.", "Ask [name]."),
        ("Full width: Ａｎｎａ", "Full width: [name]"),
    ],
)
def test_names_leave_and_words_stay(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.mueller+x@firm.example.org!", "[e-mail]!"),
        ("write to zoe (at) firm.org.", "write to [e-mail]."),
        ("ZOE@FIRM.ORG, o'neill@firm", "[e-mail], [e-mail]"),
        ("+44 (0)20 7946-0958", "[phone]"),
        ("(020) 7946 0958 or 0049/30/1234567", "[phone] or [phone]"),
        ("ext. 4432, Tel: 99812", "[phone], [phone]"),
        ("on 2026-03-04, 04.03.2026, 2025-2026", "on 2026-03-04, 04.03.2026, 2025-2026"),
        ("12 of 40 people, 3.5 points, 10:30", "12 of 40 people, 3.5 points, 10:30"),
        ("P017, p017, P0171, 40031", "[id], [id], P0171, [id]"),
        ("see https://firm.org/anna?x=1 now", "see [link] now"),
    ],
)
def test_addresses_and_numbers_leave(text: str, expected: str) -> None:
    assert cleaned(text) == expected


def test_marks_are_counted_and_doubtful_words_too() -> None:
    done = SCRUB(["Will will ask P017 or zoe@firm.org", "Call 020 7946 0958, Anna", "nothing"])
    assert dict(done.counts) == {
        "names": 2, "e_mails": 1, "phones": 1, "ids": 1, "links": 0, "doubtful": 1,
    }  # fmt: skip
    assert done.texts[2] == "nothing"
    always = Scrubber(PEOPLE, everyday="always")(["Will will come"])
    assert always.texts == ("[name] come",)
    assert always.counts["doubtful"] == 0


def test_neither_a_scrubber_nor_its_result_shows_a_name_or_a_text() -> None:
    for shown in (repr(SCRUB), str(SCRUB), repr(SCRUB(["My boss Anna"])), repr(fold("Anna"))):
        assert "Anna" not in shown
        assert "boss" not in shown


def test_without_names_only_what_has_a_form_is_taken_out() -> None:
    done = Scrubber([" "], ids=[])(["Anna: call 0171 2345678, zoe@firm.org, https://x.org/a"])
    assert done.texts == ("Anna: call [phone], [e-mail], [link]",)


def test_a_wrong_option_is_refused() -> None:
    with pytest.raises(OptionError, match="`everyday` must be one of 'always', 'capitals'"):
        Scrubber(PEOPLE, everyday="never")


NAMES = [name for name in PEOPLE if name.isascii() or "Mü" in name or "Jos" in name]
DRESSES = [
    str,
    str.upper,
    str.lower,
    lambda text: "\u200b".join(text),
    lambda text: text.replace("'", "\u2019").replace("-", "\u2011"),
    lambda text: fold(text).text,
    lambda text: text.replace("-", " ").replace("'", ""),
]


@settings(max_examples=100, deadline=None)
@given(
    who=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
    dress=st.sampled_from(DRESSES),
    between=st.sampled_from([" met ", ", ", "/", " & ", "\n", ": "]),
)
def test_a_full_name_in_any_dress_leaves_nothing(who: list[str], dress, between: str) -> None:  # type: ignore[no-untyped-def]
    left = cleaned(between.join(map(dress, who)) + between)
    for mark in MARKS.values():
        left = left.replace(mark, "")
    assert fold(left).text.replace("met", "").strip(" ,/&:\n") == ""


def test_a_long_text_and_a_large_roster_take_little_time() -> None:
    staff = [f"Ada{k:05d} Quill{k:05d}".translate(str.maketrans("0123456789", "abcdefghij"))
             for k in range(2_000)]  # fmt: skip
    scrub = Scrubber(staff)
    scrub(["warm up"])
    start = time.perf_counter()
    done = scrub(["a" * 32_000, "1 " * 16_000, "x@" * 8_000, (staff[7] + " said. ") * 500])
    assert time.perf_counter() - start < 60
    assert done.counts["names"] == 500


@pytest.mark.parametrize(
    "said", ["Tel. 0171 5550199", "tel: 0171/555 01 99", "Phone 0044 20 7946 0958", "ext. 4711"]
)
def test_no_digit_of_a_telephone_number_is_left(said: str) -> None:
    (kept,) = SCRUB([f"Call me, {said}, any day."]).texts
    assert not any(letter.isdigit() for letter in kept), kept
