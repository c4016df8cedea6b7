import pytest

from revlab.errors import RevlabError
from revlab.report.prose import headline, lint_prose, prose, typeset


@pytest.mark.parametrize(
    "sentence",
    [
        "This proves that it works.",
        "It has been proven.",
        "Proof of success.",
        "The difference is significant.",
        "A significantly higher score.",
        "The result is insignificant.",
        "It was non-significant.",
        "There is a trend towards more trust.",
        "It is marginally better.",
        "It had no effect.",
        "There is no difference.",
        "The mean μ is 3.",
        "word " * 31 + ".",
    ],
)
def test_lint_fires(sentence: str) -> None:
    assert len(lint_prose(sentence)) >= 1
    with pytest.raises(RevlabError, match="a page must not say"):
        prose(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Scores improved by 0.3 points.",
        "Approved by both sides.",
        "A statistically significant difference of 0.3 points.",
        "No meaningful difference was shown.",
        "We cannot tell. " * 20,
    ],
)
def test_lint_lets_honest_sentences_pass(sentence: str) -> None:
    assert lint_prose(sentence) == []


def test_names_from_the_user_are_not_judged() -> None:
    assert lint_prose("Trend awareness rose.", given=["trend awareness", ""]) == []
    assert lint_prose("Trend awareness had no effect.", given=["trend awareness"]) != []


def test_prose_is_paragraphs_and_inert() -> None:
    view = prose("One <b>.\n\nTwo -0.3.")
    assert view._repr_html_() == (
        '<p class="revlab-prose">One &lt;b&gt;.</p><p class="revlab-prose">Two −0.3.</p>'
    )
    assert repr(view) == "One <b>.\n\nTwo -0.3."


def test_a_headline_is_short() -> None:
    assert "revlab-answer" in headline("26 pairs met.")._repr_html_()
    with pytest.raises(RevlabError, match="at most 25 words; this one has 26"):
        headline("word " * 26)
    with pytest.raises(RevlabError, match="it is empty"):
        headline(" ")


def test_typeset_leaves_ranges_and_dates_alone() -> None:
    assert typeset("2026-05-01, 3-4, (a)-1, -2") == "2026-05-01, 3-4, (a)-1, −2"
