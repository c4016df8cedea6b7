"""Questionnaires: exports of forms to tidy answers, all faults at once, traits of a cohort."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import RevlabError, TableError
from revlab.fieldwork.pilot_tables import DYADS, ITEMS
from revlab.fieldwork.questionnaire_responses import questionnaire_responses
from revlab.people.answer_words import ANSWER_SCALES, answer_key, scales_of
from revlab.people.cohort import Cohort
from revlab.people.questionnaire import Questionnaire, read_questionnaire
from revlab.people.questionnaire_file import read_questions, write_questions
from revlab.people.questionnaire_guess import guess_questions
from revlab.people.questionnaire_mapping import Question, QuestionnaireMapping, describe_questions
from revlab.people.roster import read_roster
from revlab.people.traits import score_traits, with_traits
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.shipped import shipped
from revlab.tables import read_table

FORM = (
    "Timestamp,Email Address,I am a,I feel confident,"
    "Tools [I avoid new tools],How often?,Age,Said\n"
    "1,ana@x.org,Mentee (senior),Agree,Disagree,Often,41,nice\n"
    "2,bo@x.org,Mentor (junior),STRONGLY AGREE ,Strongly disagree,4 - often,29,so so\n"
    "3,cy@x.org,Mentor (junior),Neutral,,n/a,31,well\n"
)
KEY = Pseudonyms(bytes(range(32)))


def write(folder: Path, content: str, name: str = "form.csv") -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def values(frame: pd.DataFrame) -> list[list[float | None]]:
    wide = frame.pivot(index="person_id", columns="item_id", values="value")
    return [[None if pd.isna(v) else int(v) for v in row] for row in wide.to_numpy()]


def test_a_form_becomes_tidy_answers(tmp_path: Path) -> None:
    path = write(tmp_path, FORM.replace("4 - often", "Sometimes"))
    answers = read_questionnaire(path)
    assert list(answers.responses) == ["person_id", "role", "dyad_id", "wave", "item_id", "value"]
    assert values(answers.responses) == [[4, 2, 4], [5, 1, 3], [3, None, None]]
    said = " ".join(answers.notes)
    for words in ("'Age' is not read", "'Said' is not read", "agreement_7 fits as well"):
        assert words in said
    assert "5 = strongly agree" in describe_questions(answers.mapping)


def test_the_mapping_is_kept_and_its_tables_are_edited(tmp_path: Path) -> None:
    path = write(tmp_path, FORM.replace("4 - often", "Now and then"))
    guess = guess_questions(path)
    assert "How often?" not in [question.heading for question in guess.questions]
    table = {"often": 4, "sometimes": 3}
    asked = (*guess.questions, Question("often", "How often?", "f"))
    told = replace(guess, questions=asked, answers={**guess.answers, "f": table}, notes=())
    file = write_questions(told, tmp_path / "form.toml")
    assert read_questions(file) == told
    with pytest.raises(TableError, match=r"row 3, column 'How often.': 'Now and then' is"):
        read_questionnaire(path, mapping=read_questions(file))
    edited = file.read_text(encoding="utf-8").replace("often = 4", 'often = 4\n"now and then" = 2')
    file.write_text(edited, encoding="utf-8")
    answers = read_questionnaire(path, mapping=read_questions(file))
    assert values(answers.responses)[1] == [2, 5, 1]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    questions = (Question("a", "A", "t", 1, 2), Question("b", "B"), Question("c", "Gone"))
    mapping = QuestionnaireMapping({"person_id": "id"}, questions, {"t": {"no": 1, "yes": 2}})
    path = write(tmp_path, "id,A,B\np,yes,3\n")
    with pytest.raises(TableError, match="column 'Gone': this column is missing"):
        read_questionnaire(path, mapping=mapping)
    mapping = QuestionnaireMapping({"person_id": "id"}, questions[:2], {"t": {"no": 1, "yes": 2}})
    rows = ["p,yse,3", ",yes,3", "q,yes;no,6", "r,no,2.5", "s,yes,4", "s,yes,4", "s,no,4"]
    path = write(tmp_path, "id,A,B\n" + "\n".join(rows) + "\n")
    with pytest.raises(TableError, match="yse") as caught:
        read_questionnaire(path, mapping=mapping)
    said = [str(fault) for fault in caught.value.faults]
    expected = [
        "row 2, column 'A': 'yse' is no answer of [answers.t] (did you mean 'yes'?",
        "row 3, column 'id': must not be empty",
        "row 4, column 'A': holds 2 answers",
        "row 4, column 'B': must be from 1 to 5; got '6'",
        "row 5, column 'B': must be a whole number from 1 to 5; got '2.5'",
        "row 8, column 'id': this person gave other answers in row 6",
    ]
    assert len(said) == len(expected)
    assert all(words in one for words, one in zip(expected, said, strict=True)), said


def test_the_same_answers_twice_are_kept_once_and_said(tmp_path: Path) -> None:
    answers = read_questionnaire(write(tmp_path, "id,A\np,3\np,3\nq,1\n"))
    assert len(answers.responses) == 2
    assert any("1 rows repeat the same answers" in note for note in answers.notes)


def test_the_scale_that_a_question_is_sure_of_decides_for_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, "id,A?,B?\np,Agree,Somewhat agree\nq,Disagree,Agree\n")
    assert [one.answers for one in guess_questions(path).questions] == ["agreement_7"] * 2


def test_two_answers_with_one_number_are_not_one_scale() -> None:
    german = ["stimme nicht zu", "stimme eher nicht zu", "stimme eher zu", "stimme zu"]
    names = [scale.name for scale in scales_of(german)]
    assert names == ["rather_agree_4", "rather_agree_5"]
    assert [scales_of(german)[0].values[answer_key(word)] for word in german] == [1, 2, 3, 4]


def test_every_scale_runs_without_a_gap() -> None:
    for scale in ANSWER_SCALES.values():
        assert set(scale.values.values()) == set(range(scale.low, scale.high + 1))
        assert all(answer_key(word) == word for word in scale.values)


def test_known_items_give_their_ids_ends_and_reversal(tmp_path: Path) -> None:
    items = read_table(shipped("data/example_pilot/items.csv"), ITEMS)
    turned = items[items["reverse"]].iloc[0]
    plain = items[~items["reverse"]].iloc[0]
    head = f'Email,"Rate [{plain.text}]","{turned.text}"'
    path = write(tmp_path, f"{head}\na@x,4,2\nb@x,5,1\n")
    one, two = guess_questions(path, items=items).questions
    assert (one.item_id, one.reverse, one.high) == (plain.item_id, False, plain.high)
    assert (two.item_id, two.reverse, two.scale) == (turned.item_id, True, turned.scale_id)


def test_nobody_is_named_after_the_door(tmp_path: Path) -> None:
    answers = read_questionnaire(
        write(tmp_path, FORM.replace("4 - often", "often")), pseudonyms=KEY
    )
    shown = answers.responses.to_csv() + repr(answers) + " ".join(answers.notes)
    assert "@" not in shown
    assert answers.responses["person_id"].str.fullmatch("p_[a-z2-7]{10}").all()
    assert answers.responses["person_id"].is_monotonic_increasing


def test_the_answers_of_the_shipped_pilot_come_back_from_a_form(tmp_path: Path) -> None:
    folder = shipped("data/example_pilot")
    first = pd.read_csv(folder / "responses.csv", dtype={"value": "Int64"})
    mentees = first[(first["role"] == "mentee") & (first["wave"] == 1)]
    items = read_table(folder / "items.csv", ITEMS)
    texts = items.set_index("item_id")["text"]
    wide = mentees.pivot(index="respondent_id", columns="item_id", values="value")
    wide.rename(columns=texts).reset_index(names="person").to_csv(
        tmp_path / "form.csv", index=False
    )
    mapping = guess_questions(tmp_path / "form.csv", items=items)
    fixed = QuestionnaireMapping(mapping.columns, mapping.questions, fixed={"wave": 1})
    answers = read_questionnaire(tmp_path / "form.csv", mapping=fixed)
    dyads = read_table(folder / "dyads.csv", DYADS)
    back = questionnaire_responses(answers, dyads=dyads, items=items)
    keys = ["respondent_id", "role", "dyad_id", "wave", "item_id"]
    ours = back.set_index(keys)["value"].sort_index().astype("Int64")
    theirs = mentees.set_index(keys)["value"].sort_index()
    assert ours.index.tolist() == theirs.index.tolist()
    assert ours.fillna(-1).tolist() == theirs.fillna(-1).tolist()
    other = Pseudonyms(bytes(range(1, 33)))
    again = read_questionnaire(tmp_path / "form.csv", mapping=fixed, pseudonyms=other)
    with pytest.raises(RevlabError, match="the key is not the one"):
        questionnaire_responses(again, dyads=dyads)


def test_what_the_pilot_knows_otherwise_is_a_fault(tmp_path: Path) -> None:
    folder = shipped("data/example_pilot")
    items = read_table(folder / "items.csv", ITEMS)
    turned = items[items["reverse"]].iloc[0].item_id
    questions = (Question(turned, "A", high=7), Question("zz", "B"))
    mapping = QuestionnaireMapping({"person_id": "id"}, questions)
    answers = read_questionnaire(write(tmp_path, "id,A,B\np,3,3\n"), mapping=mapping)
    with pytest.raises(TableError, match="is reversed in the pilot") as caught:
        questionnaire_responses(answers, items=items)
    said = str(caught.value)
    for words in ("from 1 to 5 in the pilot, from 1 to 7", "has no item 'zz'", "wave'", "role'"):
        assert words in said


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(1, 7), min_size=3, max_size=3), min_size=1, max_size=8))
def test_traits_are_the_means_of_turned_answers(table: list[list[int]]) -> None:
    questions = tuple(
        Question(f"i{k}", f"I{k}", low=1, high=7, reverse=k == 1, scale="s") for k in range(3)
    )
    mapping = QuestionnaireMapping({"person_id": "id"}, questions)
    long = [(f"p{r}", f"i{k}", v) for r, row in enumerate(table) for k, v in enumerate(row)]
    frame = pd.DataFrame(long, columns=["person_id", "item_id", "value"])
    scores = score_traits(Questionnaire(frame, mapping))["trait_s"].to_numpy()
    assert np.allclose(scores, [(a + 8 - b + c) / 3 for a, b, c in table])


def test_half_of_the_answers_are_enough_and_what_is_no_scale_is_refused() -> None:
    questions = tuple(Question(name, name, low=1, high=5, scale="s") for name in "ab")
    mapping = QuestionnaireMapping({"person_id": "id"}, questions)
    rows = pd.DataFrame({"person_id": ["p", "p", "q"], "item_id": ["a", "b", "a"],
                         "value": [2, 4, 5]})  # fmt: skip
    answers = Questionnaire(rows, mapping)
    assert score_traits(answers)["trait_s"].tolist() == [3.0, 5.0]
    assert score_traits(answers, min_share=0.51)["trait_s"].isna().tolist() == [False, True]
    with pytest.raises(RevlabError, match=r"`min_share` must be from 0 to 1; got -0\.1"):
        score_traits(answers, min_share=-0.1)
    with pytest.raises(RevlabError, match="a person answers twice"):
        score_traits(Questionnaire(pd.concat([rows, rows]), mapping))
    uneven = QuestionnaireMapping({"person_id": "id"}, (questions[0], Question("b", "b", low=1,
                                  high=7, scale="s")))  # fmt: skip
    with pytest.raises(RevlabError, match="the questions of scale 's' have different ends"):
        score_traits(Questionnaire(rows, uneven))


def test_newer_traits_stand_in_the_place_of_older_ones() -> None:
    people = pd.DataFrame({"unit": "IT", "grade": [1, 4], "trait_ease": 2.0}, index=["a", "b"])
    cohort = Cohort(people[:1], people[1:])
    newer = with_traits(cohort, pd.DataFrame({"trait_ease": [5.0]}, index=["a"]))
    assert newer.mentors["trait_ease"].tolist() == [5.0]
    assert newer.mentees["trait_ease"].isna().all()
    with pytest.raises(RevlabError, match=r"the columns \['ease'\] must begin with 'trait_'"):
        with_traits(cohort, pd.DataFrame({"ease": [5.0]}, index=["a"]))


def test_traits_join_the_people_of_a_roster(tmp_path: Path) -> None:
    roster = shipped("data/rosters/ukcs_small")
    cohort = read_roster(roster, pseudonyms=KEY)
    path = write(tmp_path, "Email,A\nMentee.00@gov.uk,4\nmentor.01@gov.uk,2\nnobody@x,1\n")
    mapping = QuestionnaireMapping({"person_id": "Email"}, (Question("a", "A", scale="ease"),))
    traits = score_traits(read_questionnaire(path, mapping=mapping, pseudonyms=KEY))
    both = with_traits(cohort, traits)
    assert both.mentors["trait_ease"].dropna().tolist() == [4.0]
    assert both.mentees["trait_ease"].dropna().tolist() == [2.0]
    assert "98 of 100 people did not answer" in both.notes[-1]
    assert both.subset(both.mentors.index[:5], both.mentees.index[:5]).mentors.shape[0] == 5
    with pytest.raises(RevlabError, match="read both with the same key"):
        with_traits(cohort, traits.set_axis(["x", "y", "z"]))
    with pytest.raises(RevlabError, match="trait_ease must hold numbers"):
        Cohort(mentors=cohort.mentors.assign(trait_ease="high"), mentees=cohort.mentees)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[colums]\n", "no key 'colums' (did you mean 'columns'?)"),
        ("[[questions]]\nitem_id = 'a'\n", "needs 'heading'"),
        (
            "[[questions]]\nitem_id = 'a'\nheading = 'A'\nreverse = 1\n",
            "reverse must be true or false",
        ),
        ("[answers.x]\nyes = '1'\n", "must give a whole number to each answer"),
        ("[columns]\nperson_id = 'id'\n", "at least one [[questions]]"),
        ("x = \n", "is not valid TOML"),
    ],
)  # fmt: skip
def test_a_fault_of_a_mapping_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TableError, match=r"form\.toml") as caught:
        read_questions(write(tmp_path, text, "form.toml"))
    assert sentence in str(caught.value)
