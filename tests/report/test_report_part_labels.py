"""Every part of a score that there is can be shown to people who do not read code."""

import pytest

from revlab.pairing.parts import PARTS
from revlab.pairing.policies import POLICIES
from revlab.report import explorer_words
from revlab.report.explorer_words import part_label
from revlab.report.static_explorer import presets


@pytest.mark.parametrize("name", sorted(PARTS))
def test_every_part_has_a_label_of_its_own(name: str) -> None:
    assert name in explorer_words._PART_LABELS
    assert part_label(name)[0].isupper()
    assert "_" not in part_label(name)
    assert [part_label(other) for other in PARTS].count(part_label(name)) == 1


def test_a_part_outside_the_usual_score_does_not_enter_it_by_a_preset() -> None:
    usual = next(iter(POLICIES.values())).score.weights
    parts = {name: float(usual.get(name, 0.0)) for name in PARTS}
    assert not all(parts.values())
    for preset in presets(parts):
        weights = dict(preset.weights)
        assert {name for name in weights if weights[name]} == {n for n in parts if parts[n]}
