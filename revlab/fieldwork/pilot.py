"""`Pilot`: what happened in one programme, read from or written to a folder of CSV files."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from revlab.errors import PilotError, TableError, must, one_of
from revlab.fieldwork.extra_tables import EXTRA_TABLES, EXTRAS_TRUTH
from revlab.fieldwork.instrument import Instrument
from revlab.fieldwork.pilot_extras import Extras, extras_of
from revlab.fieldwork.pilot_faults import cross_faults
from revlab.fieldwork.pilot_files import cell_faults, read_tables, write_readme
from revlab.fieldwork.pilot_tables import table_of, typed
from revlab.fieldwork.plan_file import PLAN_FILE, plan_toml, read_plan
from revlab.fieldwork.protocol import PilotPlan
from revlab.fieldwork.registered_file import REGISTERED_FILE, read_registered, registered_toml
from revlab.fieldwork.stated import StatedAnalysis
from revlab.tables import codebook, write_table

__all__ = ["Pilot", "pilot_tables", "read_pilot", "write_pilot"]


@dataclass(frozen=True, eq=False)
class Pilot:
    """What happened in one programme, real or simulated.

    Parameters
    ----------
    people : pandas.DataFrame
        ``person_id, role, pool_id, status`` ("paired", "unmatched"), ``reason``.
    arms : pandas.DataFrame
        ``pool_id, arm``, and ``block`` if pools were dealt to arms within blocks such as sites.
    dyads : pandas.DataFrame
        ``dyad_id, pool_id, arm, mentor_id, mentee_id, score, last_session, ended``
        ("completed", "early"), ``end_reason``.
    sessions : pandas.DataFrame
        ``dyad_id, session, week, status`` ("held", "skipped", "not reached").
    responses : pandas.DataFrame
        ``respondent_id, role, dyad_id, wave, item_id, value``; a missing value means asked and
        not answered.
    instrument : Instrument
        The questions.
    plan : PilotPlan
        What was laid down before the pilot began.
    source : {"real", "simulated"}
        Where the data come from. Nothing else tells the two apart.
    truth : pandas.DataFrame or None
        ``respondent_id, role, dyad_id, wave, scale_id, latent, expected_score``; simulated only.
    lottery : pandas.DataFrame or None
        ``pool_id, mentee_id, mentor_id, probability``: how likely each possible dyad was, in the
        pools that were paired by a lottery; None if there are none.
    registered : StatedAnalysis or None
        The analysis as it was registered before the pilot, from ``registered.toml``; what was
        planned or done otherwise is then listed. None if there is no such file.
    extras : Extras
        Ideas, contacts, expectations, goals and starts, where they were recorded.

    Raises
    ------
    PilotError
        If a real pilot has a truth or a seed, or a simulated one lacks either.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> read_pilot(shipped("data/example_pilot")).source
    'simulated'
    """

    people: pd.DataFrame
    arms: pd.DataFrame
    dyads: pd.DataFrame
    sessions: pd.DataFrame
    responses: pd.DataFrame
    instrument: Instrument
    plan: PilotPlan
    source: str
    truth: pd.DataFrame | None = None
    lottery: pd.DataFrame | None = None
    registered: StatedAnalysis | None = None
    extras: Extras = field(default_factory=Extras)

    def __post_init__(self) -> None:
        one_of("source", self.source, ("real", "simulated"))
        simulated = self.source == "simulated"
        must(
            (self.truth is not None) == simulated
            and (self.plan.seed is not None) == simulated
            and (simulated or self.extras.extras_truth is None),
            "a simulated pilot needs a seed and a truth, a real one has neither; "
            f"this one says source {self.source!r}.",
            PilotError,
        )
        for name in ("people", "arms", "dyads", "sessions", "responses", "truth", "lottery"):
            frame = getattr(self, name)
            if frame is not None:
                object.__setattr__(self, name, typed(frame, table_of(name, frame)))

    def __repr__(self) -> str:
        arms = ", ".join(sorted(set(self.arms["arm"])))
        return (
            f"Pilot {self.plan.name!r} ({self.source}): {len(self.dyads)} dyads in "
            f"{len(self.arms)} pools, arms {arms}, {len(self.plan.waves)} surveys"
        )


def pilot_tables(pilot: Pilot) -> dict[str, pd.DataFrame]:
    """Return the tables of a pilot by name, in the order of the folder.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> list(pilot_tables(read_pilot(shipped("data/example_pilot"))))[:3]
    ['people', 'arms', 'dyads']
    """
    tables = {name: getattr(pilot, name) for name in ("people", "arms", "dyads", "sessions")}
    tables["responses"] = pilot.responses
    tables["items"] = pilot.instrument.items
    tables["scales"] = pilot.instrument.scales
    if pilot.truth is not None:
        tables["truth"] = pilot.truth
    if pilot.lottery is not None:
        tables["lottery"] = pilot.lottery
    return tables | pilot.extras.tables


def read_pilot(folder: Path | str) -> Pilot:
    """Read a pilot folder, and list every fault of every file at once.

    Parameters
    ----------
    folder : pathlib.Path or str
        Holds ``pilot.toml`` and the tables that `revlab.fieldwork.pilot_tables` describes as
        CSV files; ``truth.csv`` only if the pilot is simulated, ``lottery.csv`` only if a pool
        was paired by a lottery, ``registered.toml`` only if the analysis was registered, and any
        of the tables of `revlab.fieldwork.extra_tables`.
        ``codebook.csv`` and ``README.md`` are for people and are not read.

    Returns
    -------
    Pilot

    Raises
    ------
    TableError
        With every fault: file, row, column, rule.

    Examples
    --------
    >>> read_pilot("nowhere")
    Traceback (most recent call last):
    ...
    revlab.errors.PilotError: there is no pilot folder 'nowhere'; check the name.
    """
    folder = Path(folder)
    must(folder.is_dir(), f"there is no pilot folder {folder.name!r}; check the name.", PilotError)
    said = read_plan(folder / PLAN_FILE)
    tables, faults = read_tables(folder, simulated=said.source == "simulated")
    faults = [*said.faults, *faults]
    registered = None
    if (folder / REGISTERED_FILE).exists():
        sealed = read_registered(folder / REGISTERED_FILE)
        registered, faults = sealed.plan, [*faults, *sealed.faults]
    if said.plan is not None:
        broken = {fault.file for fault in faults}
        faults += cross_faults(tables, said.plan, broken=broken)
    if faults or said.plan is None:
        raise TableError(faults)
    return Pilot(
        **{name: tables[name] for name in ("people", "arms", "dyads", "sessions", "responses")},
        instrument=Instrument(items=tables["items"], scales=tables["scales"]),
        plan=said.plan,
        source=said.source,
        truth=tables.get("truth"),
        lottery=tables.get("lottery"),
        registered=registered,
        extras=extras_of(tables),
    )


def write_pilot(pilot: Pilot, folder: Path | str) -> None:
    """Write a pilot as a folder of CSV files with a codebook; reading it gives the same pilot.

    Parameters
    ----------
    pilot : Pilot
        What to write. It is checked as a folder is when it is read.
    folder : pathlib.Path or str
        Made if it is not there. Other files in it are left alone, except a ``registered.toml``
        or an optional table that the pilot does not have.

    Raises
    ------
    TableError
        If reading the folder back would find a fault.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> with TemporaryDirectory() as folder:
    ...     write_pilot(pilot, folder)
    ...     repr(read_pilot(folder)) == repr(pilot)
    True
    """
    tables = pilot_tables(pilot)
    faults = [
        f for name in tables for f in cell_faults(tables[name], table_of(name, tables[name]))[1]
    ]
    faults += cross_faults(tables, pilot.plan, broken={fault.file for fault in faults})
    if faults:
        raise TableError(faults)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        write_table(frame, folder / f"{name}.csv", table_of(name, frame))
    for name in ("truth", "lottery", *EXTRA_TABLES, EXTRAS_TRUTH.name):
        if name not in tables:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    book = codebook([table_of(name, frame) for name, frame in tables.items()])
    book.to_csv(folder / "codebook.csv", index=False, lineterminator="\n", encoding="utf-8")
    text = plan_toml(pilot.plan, pilot.source)
    (folder / PLAN_FILE).write_text(text, encoding="utf-8", newline="\n")
    if pilot.registered is None:
        (folder / REGISTERED_FILE).unlink(missing_ok=True)
    else:
        text = registered_toml(pilot.registered)
        (folder / REGISTERED_FILE).write_text(text, encoding="utf-8", newline="\n")
    sealed = pilot.registered is not None
    write_readme(pilot.plan, list(tables), folder=folder, source=pilot.source, registered=sealed)
