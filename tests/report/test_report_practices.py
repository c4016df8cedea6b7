"""The document on practices is made from the table."""

from pathlib import Path

from revlab.fieldwork.practices import practices
from revlab.report.practices_page import practices_page

DOCUMENT = Path(__file__).parents[2] / "docs" / "practices.md"


def test_the_document_on_practices_says_what_the_table_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == practices_page(), "run: revlab refresh"


def test_every_practice_has_its_row_and_whoever_is_not_answered_its_reason() -> None:
    rows = {
        line.split(" | ")[0].strip("| "): line
        for line in practices_page().splitlines()
        if line.startswith("| P")
    }
    assert list(rows) == [f"P{k:02d}" for k in range(1, 65)]
    for _, row in practices().query("answer != 'yes'").iterrows():
        assert rows[row["practice_id"]].endswith(f"**{row['answer']}**: {row['why']} |")
    assert all(line.count(" | ") == 6 for line in rows.values())
