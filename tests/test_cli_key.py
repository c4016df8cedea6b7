"""With --key no command prints or writes a name, an address or an id, and the files fit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run, Said
from openpyxl import Workbook

from revlab.fieldwork.pilot import write_pilot
from revlab.fieldwork.simulate import simulate_pilot
from revlab.pairing.lottery_file import read_lottery
from revlab.pairing.lottery_pools import lottery_table
from revlab.pairing.matching_file import read_matching
from revlab.pairing.scoring import score_cohort
from revlab.people.roster import read_roster
from revlab.privacy.pseudonyms import Pseudonyms, write_key

KEY = bytes(range(32))
LAST = ("Canary", "Vireo", "Siskin", "Twite")
FIRST = ("Zora", "Quill", "Ione", "Bram", "Tycho", "Wren", "Odile", "Pax", "Una", "Silas", "Thea")
JUNIORS, SENIORS = range(8), range(8, 15)
SKILLS = ("Excel", "JavaScript: 3", "data analysis: 4", "SQL", "Python (4)")
HEADS = (
    "ID", "Start time", "Email", "Name", "What is your grade?", "Which department do you work in?",
    "I would like to be", "What can you teach others?", "What would you like to learn?",
    "Line manager's email", "Anything else?", "Is Zora Canary free then?",
)  # fmt: skip


def mail(k: int) -> str:
    return f"{FIRST[k % 11]}.{LAST[k % 4]}{k}@Acme.example"


def name(k: int) -> str:
    return f"{FIRST[k % 11]} {LAST[k % 4]}"


def book(path: Path, **wrong: str) -> Path:
    """Write the export of a form with a title, people on both sides, names and addresses."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Sign-up of Zora Canary's programme"])
    sheet.append(list(HEADS))
    for k in (*JUNIORS, *SENIORS):
        junior = k in JUNIORS
        grade = wrong.get(f"grade{k}", ("Analyst", "Manager", "Director")[k // 6])
        role = "Both" if k in (6, 7) else "Mentor (junior)" if junior else "Mentee (senior)"
        role = wrong.get(f"role{k}", role)
        offers = wrong.get(f"offers{k}", f"{SKILLS[k % 5]}; {SKILLS[(k + 1) % 5]}")
        sheet.append(
            [k + 1, "09:12", f" {mail(k).upper()} ", name(k), grade, ("Sales", "IT")[k % 2], role,
             offers, f"{SKILLS[(k + 2) % 5]}", mail(14) if junior else "", f"not with {name(3)}",
             "yes"]
        )  # fmt: skip
    book.save(path)
    return path


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    book(Path("staff.xlsx"))
    rows = [f"1,{mail(k)},{1 + k % 5},{1 + k % 4}" for k in range(13)]
    text = "\n".join(["Timestamp,Email,I explain,I stay calm", *rows, ""])
    Path("form.csv").write_text(text, encoding="utf-8")
    for place in ("keys", "out"):
        Path(place).mkdir()
    write_key(KEY, "keys/my.key")
    return tmp_path


@pytest.fixture
def closed(revlab: Run, work: Path) -> Callable[..., Said]:
    """Run a command with the key and look for names in all that it printed and wrote."""

    def run(*arguments: str) -> Said:
        said = revlab(*arguments, "--key", "keys/my.key")
        files = [path for path in (work / "out").rglob("*") if path.is_file()]
        texts = {path.name: path.read_bytes().decode("utf-8", "replace") for path in files}
        for where, text in {**texts, "stdout": said.out, "stderr": said.err}.items():
            for word in (*LAST, "Acme", *([] if where.endswith("sqlite") else ["@"])):
                assert word.casefold() not in text.casefold(), f"{word} in {where}"
        return said

    return run


def names() -> Pseudonyms:
    return Pseudonyms(KEY)


def frame(file: str) -> pd.DataFrame:
    return pd.read_csv(file, encoding="utf-8-sig")


def pairs_of(file: str) -> set[tuple[str, str]]:
    table = frame(file)
    return set(zip(table["mentor_id"], table["mentee_id"], strict=True))


PAIR = ("pair", "staff.xlsx", "--policy", "optimal", "-y")


def test_from_a_messy_form_to_pairs_and_back_to_names(
    revlab: Run, closed: Callable[..., Said]
) -> None:
    assert closed("check", "staff.xlsx", "--save-mapping", "out/roster.toml").code == 0
    form = ("intake", "questionnaire", "form.csv", "--key", "keys/my.key")
    assert revlab(*form, "--save-mapping", "form.toml").code == 0
    toml = Path("form.toml").read_text(encoding="utf-8")
    toml = toml.replace("high = 4", "high = 5").replace("= false", '= false\nscale = "calm"')
    Path("form.toml").write_text(toml, encoding="utf-8")
    scored = revlab(*form, "--mapping", "form.toml", "--traits", "out/traits.csv")
    assert "13 people, 1 traits" in scored.out, scored.err
    assert closed("skills", "load", "staff.xlsx", "--db", "out/skills.sqlite", "-y").code == 0
    known = ("--traits", "out/traits.csv", "--skills", "out/skills.sqlite")
    assert closed("check", "staff.xlsx", *known).code == 0
    assert closed("check", "staff.xlsx", *known).out.endswith(
        "note: 2 of 15 people did not answer the questionnaire; 0 who answered are not in the "
        "cohort.\nnote: skills are given for 15 of 15 people (45 entries).\n"
    )
    assert closed(*PAIR, *known, "--out", "out/pairs.csv").code == 0
    table = frame("out/pairs.csv")
    assert "part_traits" in table
    everybody = {names().of(mail(k).casefold()) for k in (*JUNIORS, *SENIORS)}
    left = set(frame("out/pairs-leftover.csv")["person_id"])
    assert {*table["mentor_id"], *table["mentee_id"]} | left == everybody
    back = ("intake", "names", "out/pairs.csv", "--roster", "staff.xlsx", "--key", "keys/my.key")
    said = revlab(*back, "--out", "named.csv")
    assert said.code == 0
    assert "named.csv: " in said.out
    assert "this file is personal data; keep it where the roster is" in said.err
    named = frame("named.csv")
    by_id = {mail(k).casefold(): name(k) for k in (*JUNIORS, *SENIORS)}
    assert named["mentor_name"].tolist() == [by_id[one] for one in named["mentor_id"]]
    assert [names().of(one) for one in named["mentee_id"]] == table["mentee_id"].tolist()
    before = Path("named.csv").read_bytes()
    refused = revlab(*back, "--out", "named.csv")
    assert (refused.code, "is never replaced; choose another name" in refused.err) == (1, True)
    assert Path("named.csv").read_bytes() == before


def test_skills_and_traits_move_pairs_on_the_command_line(closed: Callable[..., Said]) -> None:
    ids = [names().of(mail(k).casefold()) for k in (*JUNIORS, *SENIORS)]
    rows = [f"{ids[k]},welding-{k % 6},offer,4" for k in JUNIORS[:6]]
    rows += [f"{ids[13 - k]},welding-{k},need,2" for k in range(5)]
    Path("skills.csv").write_text("\n".join(["person_id,skill_id,side,level", *rows]))
    people = [f"{one},{k % 5}" for k, one in enumerate(ids)]
    Path("traits.csv").write_text("\n".join(["person_id,calm", *people]))
    for known in ((), ("--skills", "skills.csv"), ("--traits", "traits.csv")):
        said = closed(*PAIR, *known, "--out", f"out/pairs{len(known) and known[0]}.csv")
        assert said.code == 0, said.err
    plain = pairs_of("out/pairs0.csv")
    assert pairs_of("out/pairs--skills.csv") != plain
    assert pairs_of("out/pairs--traits.csv") != plain
    wanted = {(ids[k], ids[13 - k]) for k in range(5)}
    assert len(pairs_of("out/pairs--skills.csv") & wanted) > len(plain & wanted)


def test_pairs_made_with_the_key_go_into_every_other_command(
    revlab: Run, closed: Callable[..., Said]
) -> None:
    assert closed(*PAIR, "--out", "out/pairs.csv").code == 0
    first = sorted(pairs_of("out/pairs.csv"))[0]
    mentor, mentee = first
    asked = ("why", "staff.xlsx", "--pairs", "out/pairs.csv", "--mentor", mentor)
    assert closed(*asked, "--mentee", mentee).out == f"{mentee} and {mentor} are together.\n"
    by_mail = next(mail(k) for k in range(15) if names().of(mail(k).casefold()) == mentee)
    assert closed(*asked, "--mentee", by_mail.upper()).out.endswith("are together.\n")
    assert "there is no mentee 'p_" in closed(*asked, "--mentee", "Zora Canary").err
    told = closed("compare", "staff.xlsx", "--own-pairs", "out/pairs.csv", "--policies", "optimal")
    assert told.code == 0
    revlab("intake", "names", "out/pairs.csv", "--roster", "staff.xlsx", "--key", "keys/my.key",
           "--out", "named.csv")  # fmt: skip
    again = closed("compare", "staff.xlsx", "--own-pairs", "named.csv", "--policies", "optimal")
    assert again.out == told.out
    next_round = ("rematch", "staff.xlsx", "--left", by_mail)
    for pairs in ("out/pairs.csv", "named.csv"):
        out = f"out/next-{Path(pairs).stem}.csv"
        said = closed(*next_round, "--pairs", pairs, "--out", out)
        assert said.code == 0, said.err
        assert mentee not in Path(out).read_text(encoding="utf-8")
    assert pairs_of("out/next-pairs.csv") == pairs_of("out/next-named.csv")
    gone = closed("rematch", "staff.xlsx", "--pairs", "out/pairs.csv", "--left", "Zora Canary",
                  "--out", "out/no.csv")  # fmt: skip
    assert "cannot have left: nobody of that id was there" in gone.err


def test_another_key_is_refused_and_a_key_beside_the_results_too(
    revlab: Run, closed: Callable[..., Said]
) -> None:
    assert closed(*PAIR, "--out", "out/pairs.csv").code == 0
    Path("other").mkdir()
    revlab("intake", "key", "other/my.key")
    pairs = ("--pairs", "out/pairs.csv", "--key", "other/my.key")
    for command in (("rematch", "--out", "x.csv"), ("why", "--mentee", "a", "--mentor", "b")):
        said = revlab(command[0], "staff.xlsx", *command[1:], *pairs)
        assert "the key is not the one that pairs.csv was made with" in said.err
        assert said.code == 1
    beside = revlab(*PAIR, "--key", "keys/my.key", "--out", "keys/pairs.csv")
    assert (beside.code, "keep the key in a folder of its own" in beside.err) == (1, True)
    lottery = ("lottery", "staff.xlsx", "--key", "keys/my.key", "--out", "p.csv", "--keep", "keys")
    assert "keep the key in a folder of its own" in revlab(*lottery).err
    none = revlab(*PAIR, "--key", "keys/none.key", "--out", "p.csv")
    assert (none.code, "there is no such key file" in none.err) == (1, True)
    wrong = revlab("intake", "names", "out/pairs.csv", "--roster", "staff.xlsx", "--key",
                   "other/my.key", "--out", "n.csv")  # fmt: skip
    assert "it was made with another key, or from another roster" in wrong.err
    repair = revlab("check", "staff.xlsx", "--key", "keys/my.key", "--repair", "out/clean.csv")
    assert "--repair copies the roster with its names, so it does not go with --key" in repair.err
    assert not Path("out/clean.csv").exists()


def test_a_pilot_by_lottery_is_evaluated_under_the_key(
    closed: Callable[..., Said],
) -> None:
    sides = [(k % 3, "junior") if k < 14 else (6 + k % 2, "senior") for k in range(28)]
    rows = [
        f"{name(k)},{mail(k)},{'Sales' if k % 2 else 'IT'},{grade},{role}"
        for k, (grade, role) in enumerate(sides)
    ]
    text = "\n".join(["Name,Email,Department,Level,Role", *rows, ""])
    Path("staff.csv").write_text(text, encoding="utf-8")
    drawn = closed("lottery", "staff.csv", "--out", "out/drawn.csv", "--keep", "out/chances")
    assert drawn.code == 0, drawn.err
    cohort = read_roster("staff.csv", pseudonyms=names())
    fit = score_cohort(cohort)
    pilot = simulate_pilot(cohort, read_matching("out/drawn.csv"), compatibility=fit, seed=1)
    chances = lottery_table({"P01": read_lottery("out/chances").lottery})
    write_pilot(replace(pilot, lottery=chances), "out/pilot")
    assert closed(*PAIR, "--out", "out/pairs.csv").code == 0
    asked = ("evaluate", "out/pilot", "out/drawn.csv", "--roster", "staff.csv", "--scale",
             "digital_confidence", "--role", "mentee", "-y")  # fmt: skip
    said = closed(*asked, "--out", "out/numbers.csv")
    assert said.code == 0, said.err
    assert "How much can this pilot say" in said.out
    assert len(frame("out/numbers.csv")) > 3


def test_diagnose_and_study_take_the_key(
    closed: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("traits.csv").write_text(f"person_id,calm\n{mail(0)},3\n", encoding="utf-8")
    small = ("diagnose", "staff.xlsx", "--pairs", "6", "--pools", "4", "--sims", "2")
    said = closed(*small, "--traits", "traits.csv", "-y")
    assert said.code == 0, said.err
    asked = []
    monkeypatch.setattr(
        "revlab.cli_pilot._render", lambda notebooks, out, **given: asked.append(given["inputs"])
    )
    study = ("study", "--roster", "staff.xlsx", "--traits", "traits.csv", "--out", "out/site")
    assert closed(*study, "-y").code == 0
    assert (asked[0].key_file, asked[0].traits) == (Path("keys/my.key"), Path("traits.csv"))
    assert "--skills needs a --roster" in closed("study", "--skills", "x.csv").err


HOSTILE = {
    "roster": {"grade2": "Zora Canary", "offers4": "ask Zora Canary: 9", "grade9": "Canary"},
    "pairs": "mentor_id,mentee_id,score\nZora Canary,Quill Vireo,Canary\nZora Canary,,1\n",
    "traits": "person_id,calm\nZora Canary,3\nzora.canary0@acme.example,Canary\n",
    "skills": "person_id,skill_id,side\nzora.canary0@acme.example,x,Canary\nZora Canary,,need\n",
}


@pytest.mark.parametrize("command", ["check", "pair", "compare", "lottery", "diagnose"])
def test_faults_of_a_roster_name_rows_and_nobody(
    revlab: Run, closed: Callable[..., Said], command: str
) -> None:
    book(Path("staff.xlsx"), **HOSTILE["roster"])
    plain = revlab("check", "staff.xlsx")
    Path("roster.toml").write_text(
        '[columns]\nperson_id = "Email"\nunit = "Which department do you work in?"\n'
        'grade = "What is your grade?"\noffers = "What can you teach others?"\n'
        '[grades]\norder = ["Analyst", "Manager", "Director"]\n[sides]\n'
        'column = "I would like to be"\nmentor = "Mentor (junior)"\nmentee = "Mentee (senior)"\n'
        'both = "Both"\n',
        encoding="utf-8",
    )
    options = {
        "pair": ("--policy", "optimal", "--out", "out/p.csv"),
        "lottery": ("--out", "out/p.csv", "--keep", "out/c"),
    }
    said = closed(command, "staff.xlsx", *options.get(command, ()))
    assert (plain.code, said.code) == (1, 1)
    assert "Canary" in plain.out + plain.err
    text = said.out + said.err
    assert "row 5, column 'What is your grade?': the grade '…' is not on the ladder" in text
    assert "row 7, column 'What can you teach others?': gives '…' a level of 9" in text


def test_faults_of_files_about_people_name_rows_and_nobody(closed: Callable[..., Said]) -> None:
    for file in ("pairs", "traits", "skills"):
        Path(f"{file}.csv").write_text(HOSTILE[file], encoding="utf-8")
    known = ("--traits", "traits.csv", "--skills", "skills.csv")
    for said in (closed("check", "staff.xlsx", *known), closed("compare", "staff.xlsx", *known)):
        assert said.code == 1
        text = said.out + said.err
        assert "traits.csv, row 2, column 'person_id': nobody in the roster has this id" in text
        assert "traits.csv, row 3, column 'calm': must be a number; got '…'" in text
        assert "skills.csv, row 2, column 'side': must be one of 'offer', 'need'; got '…'" in text
    own = closed("compare", "staff.xlsx", "--own-pairs", "pairs.csv")
    assert "pairs.csv, row 2, column 'mentor_id': nobody in the cohort has the id '" in own.err
    used = ("--pairs", "pairs.csv")
    asked = closed("why", "staff.xlsx", *used, "--mentor", "Zora Canary", "--mentee", "b")
    assert "pairs.csv, row 2, column 'score': must be a finite number; got '…'" in asked.err
    said = closed("rematch", "staff.xlsx", *used, "--out", "out/x.csv")
    assert "row 3, column 'mentee_id': must not be empty" in said.err
