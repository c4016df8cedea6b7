"""The level of an interval in words: whole where it is whole, never quite all."""

from dataclasses import replace

import pytest
from report_frames import estimate

from revlab.report.cards import answer_card


@pytest.mark.parametrize(
    ("level", "said"),
    [(0.95, "95%"), (0.9, "90%"), (0.996949, "99.69%"), (0.951, "95.1%"), (0.99991, "99.991%"),
     (1 - 1e-9, "99.9999999%")],
)  # fmt: skip
def test_the_level_of_an_interval_is_said_as_exactly_as_it_must(level: float, said: str) -> None:
    card = answer_card(replace(estimate(), conf_level=level), question="Q?", margin=0.25)
    assert f"{said} interval" in card.convention
