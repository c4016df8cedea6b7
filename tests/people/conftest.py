"""Where the skills database is tested: an SQLite file, and PostgreSQL if a server was given."""

import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from skills_staff import TAXONOMY
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_people import record_people
from revlab.people.skills_taxonomy import add_taxonomy

SERVER = os.environ.get("REVLAB_POSTGRES_URL", "")
KINDS = ["sqlite", "postgresql"] if SERVER else ["sqlite"]


@pytest.fixture(scope="session")
def own_database() -> Iterator[str]:
    """Make a database of our own on the server, and remove it."""
    base, _, _ = SERVER.rpartition("/")
    name = f"revlab_test_{os.getpid()}"
    server = create_engine(
        SERVER.replace("postgresql:", "postgresql+pg8000:", 1),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"{base}/{name}"
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return an empty place for a skills database."""
    if request.param == "sqlite":
        return str(tmp_path / "skills.sqlite")
    url = request.getfixturevalue("own_database")
    engine = create_engine(url.replace("postgresql:", "postgresql+pg8000:", 1), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return url


@pytest.fixture
def db(address: str) -> SkillsDatabase:
    """Return a database with the shipped taxonomy and three people."""
    database = open_skills_database(address)
    add_taxonomy(database, TAXONOMY)
    people = pd.DataFrame(
        {
            "person_id": ["p1", "p2", "p3"],
            "unit": ["Sales", "Legal", "Legal"],
            "site": ["Oslo", "Oslo", None],
            "grade": [1, 2, 5],
            "availability": [("Mon AM", "Tue PM"), (), ("Mon AM",)],
        }
    )
    record_people(database, people)
    return database
