"""Faults of a questionnaire, and of answers to it."""

from collections.abc import Iterator, Mapping

import pandas as pd

from revlab.errors import Fault
from revlab.fieldwork.protocol import PilotPlan

__all__ = ["item_faults", "response_faults", "row_faults", "scale_faults", "truth_faults"]

Tables = Mapping[str, pd.DataFrame]


def row_faults(place: str, rows: pd.Series, *, rule: str) -> Iterator[Fault]:
    """Yield one fault of a column (``place``: table, dot, column) for each row that is true."""
    file, _, column = place.partition(".")
    for row in rows.to_numpy(dtype=bool, na_value=False).nonzero()[0]:
        yield Fault(f"{file}.csv", int(row) + 2, column, rule, "correct the cell")


def _waves(text: str) -> tuple[int, ...] | None:
    parts = [part.strip() for part in text.split(";")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return tuple(int(part) for part in parts)


def scale_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the scales: their waves, and items they do not have."""
    scales = tables["scales"]
    there = {wave.wave for wave in plan.waves}
    waves = scales["waves"].map(_waves)
    bad = waves.map(
        lambda each: each is None or not set(each) <= there or len(set(each)) < len(each)
    )
    rule = f"must be different waves of pilot.toml ({sorted(there)}) separated by semicolons"
    yield from row_faults("scales.waves", bad.astype(bool), rule=rule)
    counts = tables["items"].groupby("scale_id").size()
    n = scales["scale_id"].map(counts).fillna(0)
    rule = "asks for more answered items than items.csv has for this scale"
    yield from row_faults("scales.min_valid", n < scales["min_valid"], rule=rule)


def item_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the items: unknown scales, other roles, empty ranges."""
    items = tables["items"]
    roles = tables["scales"].set_index("scale_id")["role"]
    unknown = ~items["scale_id"].isin(roles.index)
    yield from row_faults("items.scale_id", unknown, rule="is not in scales.csv")
    other = ~unknown & (items["scale_id"].map(roles) != items["role"])
    yield from row_faults("items.role", other, rule="is not the role of the scale in scales.csv")
    yield from row_faults("items.high", items["high"] <= items["low"], rule="must be above `low`")


def _who_faults(tables: Tables, file: str) -> Iterator[Fault]:
    rows = tables[file]
    dyads = tables["dyads"].set_index("dyad_id")
    unknown = ~rows["dyad_id"].isin(dyads.index)
    yield from row_faults(f"{file}.dyad_id", unknown, rule="is not in dyads.csv")
    for role in ("mentor", "mentee"):
        expected = rows["dyad_id"].map(dyads[f"{role}_id"])
        other = ~unknown & (rows["role"] == role) & (expected != rows["respondent_id"])
        yield from row_faults(
            f"{file}.respondent_id", other, rule=f"is not the {role} of this dyad"
        )


def _asked(rows: pd.DataFrame, scale: pd.Series, tables: Tables, file: str) -> Iterator[Fault]:
    scales = tables["scales"].set_index("scale_id")
    role = scale.map(scales["role"])
    wrong = role.notna() & (role != "both") & (role != rows["role"])
    yield from row_faults(f"{file}.role", wrong, rule="this scale is not asked of this role")
    waves = {scale_id: _waves(text) or () for scale_id, text in scales["waves"].items()}
    never = [
        name in waves and wave not in waves[name]
        for name, wave in zip(scale.fillna(""), rows["wave"], strict=True)
    ]
    rule = "this scale is not asked at this wave, by scales.csv"
    yield from row_faults(f"{file}.wave", pd.Series(never, dtype=bool), rule=rule)


def response_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the answers: who, what, when, and out of range."""
    rows = tables["responses"]
    items = tables["items"].set_index("item_id")
    yield from _who_faults(tables, "responses")
    unknown = ~rows["item_id"].isin(items.index)
    yield from row_faults("responses.item_id", unknown, rule="is not in items.csv")
    yield from _asked(rows, rows["item_id"].map(items["scale_id"]), tables, "responses")
    low, high = rows["item_id"].map(items["low"]), rows["item_id"].map(items["high"])
    out = (rows["value"] < low) | (rows["value"] > high)
    yield from row_faults(
        "responses.value", out, rule="is outside the range of the item in items.csv"
    )


def truth_faults(tables: Tables, plan: PilotPlan) -> Iterator[Fault]:
    """Yield what is wrong with the truth of a simulated pilot."""
    rows = tables["truth"]
    yield from _who_faults(tables, "truth")
    unknown = ~rows["scale_id"].isin(tables["scales"]["scale_id"])
    yield from row_faults("truth.scale_id", unknown, rule="is not in scales.csv")
    yield from _asked(rows, rows["scale_id"], tables, "truth")
