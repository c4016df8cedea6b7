from itertools import product

import pytest
from bs4 import BeautifulSoup
from report_frames import NAN, estimate

from revlab.errors import RevlabError
from revlab.inference.estimate import Estimate
from revlab.report.cards import AnswerCard, answer_card, plain_card
from revlab.report.caveats import Situation
from revlab.report.prose import lint_prose
from revlab.report.verdicts import STRENGTH, judge_interval

INTERVALS = {
    "beyond": [(0.3, 0.9), (-0.9, -0.3)],
    "direction": [(0.05, 0.57), (-0.57, -0.05), (0.2, 0.3)],
    "unknown": [(-0.2, 0.57), (-0.57, 0.2), (-0.3, 0.3), (0.0, 0.6), (NAN, NAN)],
    "inside": [(-0.2, 0.2), (0.05, 0.2), (-0.1, 0.1)],
}
CASES = [(place, low, high) for place, ends in INTERVALS.items() for low, high in ends]


@pytest.mark.parametrize(("place", "low", "high"), CASES)
def test_the_verdict_follows_the_interval_and_the_margin(
    place: str, low: float, high: float
) -> None:
    verdict = judge_interval(low, high, margin=0.25)
    assert verdict.place == place
    assert verdict.strength == STRENGTH[place]


@pytest.mark.parametrize(("low", "high"), [(0.25, 0.9), (-0.9, -0.25), (-0.25, 0.25)])
def test_an_interval_that_touches_the_margin_is_neither_beyond_nor_inside(
    low: float, high: float
) -> None:
    assert judge_interval(low, high, margin=0.25).place in ("direction", "unknown")


@pytest.mark.parametrize(("low", "high"), [(-0.01, 0.01), (0.3, 0.9)])
def test_without_a_margin_nothing_is_clear_and_nothing_is_inside(low: float, high: float) -> None:
    assert judge_interval(low, high).place in ("direction", "unknown")


def test_a_margin_is_more_than_zero() -> None:
    with pytest.raises(RevlabError, match="`margin` must be more than zero; got 0"):
        judge_interval(0.1, 0.2, margin=0)


@pytest.mark.parametrize(
    ("case", "contrast", "margin", "higher_is"),
    list(product(CASES, ["optimal - random", "post - pre"], [0.25, None], ["better", "worse"])),
)
def test_every_generated_sentence_is_short_and_honest(
    case: tuple[str, float, float], contrast: str, margin: float | None, higher_is: str
) -> None:
    card = answer_card(
        estimate(case[1], case[2], contrast=contrast),
        question="Which helps more?", margin=margin, higher_is=higher_is, simulated=True,
    )  # fmt: skip
    sentences = [card.answer, card.verdict, card.change_mind]
    sentences += [caveat.sentence for caveat in card.caveats]
    assert len(card.answer.split()) <= 25
    assert [fault for text in sentences for fault in lint_prose(text)] == []
    lengths = [len(text.split()) for text in sentences if text]
    assert sum(lengths) / len(lengths) <= 20
    assert "nan" not in repr(card)


@pytest.mark.parametrize(
    ("low", "high", "higher_is", "winner"),
    [
        (0.3, 0.9, "better", "best total fit"),
        (0.3, 0.9, "worse", "random"),
        (-0.9, -0.3, "better", "random"),
        (-0.9, -0.3, "worse", "best total fit"),
        (0.05, 0.57, "worse", "random"),
    ],
)
def test_the_winner_depends_on_what_a_larger_value_means(
    low: float, high: float, higher_is: str, winner: str
) -> None:
    card = answer_card(estimate(low, high), question="Q?", margin=0.25, higher_is=higher_is)
    assert card.answer.startswith(f"“{winner}” ")


def test_a_change_is_told_as_before_and_after() -> None:
    better = answer_card(estimate(0.3, 0.9, contrast="post - pre"), question="Q?", margin=0.25)
    worse = answer_card(
        estimate(0.3, 0.9, contrast="post - pre"), question="Q?", margin=0.25, higher_is="worse"
    )
    assert better.answer.startswith("Clearly better afterwards: by 0.60 points")
    assert worse.answer.startswith("Clearly worse afterwards")


def test_numbers_come_from_the_estimate() -> None:
    card = answer_card(estimate(), question="Q?", margin=0.25)
    assert card.facts["Difference"] == "0.31 points (95% interval 0.05 to 0.57 points)"
    assert card.facts["Based on"] == "n = 40 in 8 pools; 6 left out for missing values"
    assert card.facts["Margin set beforehand"] == "0.25 points"
    assert "CR2 standard errors" in card.convention
    assert "degrees of freedom 8.5" in card.convention
    # 40 pairs gave +-0.26, so +-0.25 needs 40 * (0.26 / 0.25)**2 = 43.3 pairs.
    assert "about 44 pairs are needed; there were 40" in card.change_mind


def test_shares_are_told_in_per_cent() -> None:
    card = answer_card(estimate(0.02, 0.3, unit="share of pairs"), question="Q?", margin=0.1)
    assert card.facts["Difference"] == (
        "16 percentage points (95% interval 2 to 30 percentage points)"
    )


def test_long_names_of_arms_keep_the_answer_short() -> None:
    arm = "mutual mentoring with a quarterly lunch for both sides"
    card = answer_card(estimate(-0.2, 0.6, contrast=f"{arm} - none"), question="Q?", margin=0.25)
    assert "the new arm" in card.answer
    assert card.facts["Compared"].startswith(arm)


def test_a_scale_may_have_a_forbidden_word_in_its_name() -> None:
    single = Estimate("proof reading", "mean", "", 3.2, NAN, NAN, NAN, NAN, 3.0, 3.4, n=20)
    assert answer_card(single, question="Q?").answer.startswith("Proof reading is 3.20")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.74, 0.88, "clearly above the 0.70 asked for"),
        (0.5, 0.66, "clearly below the 0.70 asked for"),
        (0.66, 0.8, "whether the 0.70 asked for is reached, we cannot tell"),
    ],
)
def test_a_single_quantity_is_held_against_what_was_asked_for(
    low: float, high: float, words: str
) -> None:
    alpha = Estimate("alpha of voice", "alpha", "", 0.7, NAN, NAN, NAN, NAN, low, high, n=40)
    card = answer_card(alpha, question="Q?", margin=0.7, status="secondary")
    assert words in card.answer
    assert lint_prose(card.answer + " " + card.verdict + " " + card.change_mind) == []


def test_a_single_share_without_a_threshold() -> None:
    held = Estimate("attendance", "wilson", "", 0.78, NAN, NAN, NAN, NAN, 0.7, 0.85,
                    n=156, unit="share of sessions")  # fmt: skip
    card = answer_card(held, question="Q?", status="")
    assert card.answer == "Attendance is 78% (70% to 85%)."
    assert card.verdict == ""


def test_odds_are_said_as_a_count_in_100() -> None:
    odds = Estimate("x", "superiority", "optimal - random", 0.574, NAN, NAN, NAN, NAN, 0.45, 0.68)
    card = answer_card(estimate(), question="Q?").with_odds(odds)
    assert card.facts["In 100 random comparisons"] == "about 57 favour “best total fit” (45 to 68)"
    with pytest.raises(RevlabError, match=r"lies between 0 and 1; got 1\.2"):
        card.with_odds(estimate(1.1, 1.3))


def test_simulated_cards_are_marked_in_every_channel() -> None:
    card = answer_card(estimate(), question="Q?", simulated=True)
    assert repr(card).startswith("[Simulated data]")
    soup = BeautifulSoup(card._repr_html_(), "html.parser")
    assert soup.select_one(".revlab-card.revlab-simulated .revlab-tag-simulated") is not None
    real = answer_card(estimate(), question="Q?")
    assert "imulated" not in repr(real)
    assert "revlab-simulated" not in real._repr_html_()


def test_caveats_come_from_the_estimate_and_from_the_situation() -> None:
    card = answer_card(estimate(n=10, n_missing=10), question="Q?", status="exploratory")
    assert [c.rule_id for c in card.caveats] == ["not_planned", "few_clusters", "many_missing"]
    more = card.with_situation(Situation(waves=1, n=1000))
    assert [c.rule_id for c in more.caveats] == [
        "not_planned", "few_clusters", "many_missing", "post_only",
    ]  # fmt: skip
    assert "Caveat: Asked only afterwards" in repr(more)


def test_a_card_is_one_inert_group() -> None:
    bad = '<script>alert(1)</script>" onload="x'
    card = AnswerCard(bad, bad, facts={bad: bad}, change_mind=bad, convention=bad, verdict=bad)
    soup = BeautifulSoup(card._repr_html_(), "html.parser")
    assert soup.script is None
    assert [tag for tag in soup.find_all(True) if "onload" in tag.attrs] == []
    group = soup.select_one("div[role=group]")
    assert group is not None
    assert str(group["aria-label"]).startswith("Answer card: <script>")


def test_plain_cards_are_linted_and_short() -> None:
    with pytest.raises(RevlabError, match="a card must not say 'proves'"):
        plain_card("Q?", "This proves it.")
    with pytest.raises(RevlabError, match="at most 25 words; it has 26"):
        plain_card("Q?", "word " * 26)
    with pytest.raises(RevlabError, match="`question` must not be empty"):
        plain_card("", "Yes.")


def test_unknown_options_are_errors() -> None:
    with pytest.raises(RevlabError, match=r"`status` must be one of .*Did you mean 'primary'"):
        answer_card(estimate(), question="Q?", status="primry")
    with pytest.raises(RevlabError, match="`higher_is` must be one of 'better', 'worse'"):
        answer_card(estimate(), question="Q?", higher_is="good")
