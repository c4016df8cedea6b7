"""A user's own pilot comes under pseudonyms in every table that it has."""

from dataclasses import fields, replace
from pathlib import Path

import pandas as pd

from revlab.fieldwork.pilot import read_pilot
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.report.inputs import _named
from revlab.shipped import shipped


def test_no_table_of_an_own_pilot_keeps_the_id_of_a_person() -> None:
    pilot = read_pilot(Path(str(shipped("data/example_pilot"))))
    pairs = pilot.dyads[["mentee_id", "mentor_id"]]
    pilot = replace(pilot, lottery=pairs.assign(pool_id="P01", probability=1.0))
    ids = set(pilot.people["person_id"].astype(str))
    named = _named(pilot, Pseudonyms(b"a key of the test, long enough .."))
    for field in fields(named):
        table = getattr(named, field.name)
        if isinstance(table, pd.DataFrame):
            assert not ids & set(table.astype(str).to_numpy().ravel()), field.name
