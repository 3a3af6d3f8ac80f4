"""Whole conversations as data, held with the real Rasa model on SQLite and on PostgreSQL; see `conversations.py`.

A turn: `say` (or `say_long`, that many letters), by whom (`person`, default "1"), `at` which moment; `forgotten: true`
loses what Rasa remembers of the person before; `hours_later` is how long the person was silent before, for Rasa;
`at_once` holds turns that are sent before the first of them is answered; `returns` is what the office has returned
before, comments by field by reference. `submitted` names persons who have submitted the registration of `filled.py`
before. What must come of it: `answers` (the outcome of a question, or `any`), `state`, `slot`, `plan_id`, `reference`,
`contains`, `lacks`, `buttons`, `file` (the name of the one that comes with it, or null), `erased: [persons]` (of whom
Rasa then keeps nothing). A turn with neither `answers` nor `state` is plain text. `{code}` in `say` is the last code
that was given. In the end `stored` are the registrations and drafts, and `handed_over` the questions that wait for the
staff.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.registration.records import as_record
from actions.registration.store import open_store
from actions.registration.turns import NOTICE
from knowledge.answering import Answerer
from knowledge.corpus import load_plans
from knowledge.embedding import open_encoder
from knowledge.index import open_index
from knowledge.unanswered import HANDED_OVER
from knowledge.unanswered_store import open_unanswered
from tests.actions.registration.filled import saved, submit
from tests.actions.registration.private_postgres import find_binaries, fresh_schema, private_server
from tests.end_to_end.assistant import Turn
from tests.transcripts.conversations import RETENTION_DAYS, Assistant, running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REGISTRATIONS = sorted((Path(__file__).parent / "registration").glob("*.yml"))
DIALOGUES = sorted((Path(__file__).parent / "dialogue").glob("*.yml"))
TRANSCRIPTS = [*REGISTRATIONS, *DIALOGUES]
AT_LEAST = 60
CODE = re.compile(r"“mã ([A-Z0-9]{6})”")
NOW = "2023-04-20T08:00:00+07:00"
KNOWN = {
    "returns", "say", "say_long", "person", "at", "forgotten", "answers", "state", "slot", "plan_id", "reference",
    "contains", "lacks", "buttons", "file", "erased", "hours_later", "at_once",
}  # fmt: skip


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: its initdb and postgres are not installed")
    with private_server(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def assistant(
    tmp_path_factory: pytest.TempPathFactory, shipped_index: Path, trained_model: Path
) -> Iterator[Assistant]:
    folder, plans, encoder = tmp_path_factory.mktemp("conversations"), load_plans(), open_encoder()
    answerer = Answerer(plans, open_index(plans, encoder, shipped_index), encoder)
    with running(answerer, folder, trained_model, f"sqlite:///{folder / 'readiness.db'}") as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    with fresh_schema(request.getfixturevalue("postgresql")) as schema:
        yield schema


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def turns_of(script: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*script["turns"], *(part for turn in script["turns"] for part in turn.get("at_once", ()))]


def test_there_are_enough_of_every_state() -> None:
    turns = [turn for path in TRANSCRIPTS for turn in turns_of(read(path))]
    assert len(REGISTRATIONS) >= AT_LEAST and len(DIALOGUES) >= 15
    assert {turn["state"] for turn in turns if "state" in turn} == {
        "consent", "asking", "reviewing", "saved", "paused", "cancelled", "refused",
    }  # fmt: skip
    assert all(set(turn) <= KNOWN for turn in turns)
    assert all(len(read(path)["about"]) > 20 for path in TRANSCRIPTS)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(assistant: Assistant, url: str, path: Path, request: pytest.FixtureRequest) -> None:
    script, prefix = read(path), f"{request.node.name}:"
    began = datetime.fromisoformat(script.get("now", NOW))
    assistant.url = url
    _prepare(url, script, prefix, began)
    code = ""
    for number, turn in enumerate(script["turns"], 1):
        person = prefix + turn.get("person", "1")
        assistant.now = datetime.fromisoformat(turn.get("at", began.isoformat()))
        if "returns" in turn:
            _return(url, turn["returns"], assistant.now)
        if turn.get("forgotten"):
            assistant.forget(person)
        if "hours_later" in turn:
            assistant.let_pass(person, turn["hours_later"])
        parts = turn.get("at_once", [turn])
        messages = ["a" * part["say_long"] if "say_long" in part else part["say"] for part in parts]
        answers = assistant.say_at_once(person, [message.replace("{code}", code) for message in messages])
        for part, said in zip(parts, answers, strict=True):
            check(said, part, f"turn {number}: {part}\n{said.text}")
            offered = CODE.search(said.text)
            code = offered[1] if offered else code
        assert not any(assistant.remembers(prefix + each) for each in turn.get("erased", ())), turn
    _check_what_is_kept(url, script, prefix, assistant.now)


def _check_what_is_kept(url: str, script: Mapping[str, Any], prefix: str, now: datetime) -> None:
    """Hold what is in the database against what the transcript wants there."""
    store, questions = open_store(url), open_unanswered(url, RETENTION_DAYS)
    stored = [as_record(each) for each in store.registrations()]
    waiting = [each.as_record() for each in questions.listed(now) if each.outcome == HANDED_OVER]
    store.close()
    questions.close()
    for record in stored:
        record["user"] = record["user"].removeprefix(prefix)
    for records, key in ((stored, "stored"), (waiting, "handed_over")):
        wanted = script.get(key, [])
        assert len(records) == len(wanted), records
        for record, expected in zip(records, wanted, strict=True):
            assert {name: record[name] for name in expected} == expected


def _prepare(url: str, script: Mapping[str, Any], prefix: str, now: datetime) -> None:
    """Let those who have consented before have done so."""
    store = open_store(url)
    for person in script.get("consented", ()):
        store.consent(f"{prefix}{person}", NOTICE, now)
    for person in script.get("submitted", ()):
        submit(store, saved(store, f"draft-{person}", f"{prefix}{person}"), now)
    store.close()


def _return(url: str, returns: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    """Return registrations as the office does."""
    store = open_store(url)
    for reference, comments in returns.items():
        store.return_for(reference, "staff", comments, now)
    store.close()


def check(said: Turn, expected: Mapping[str, Any], where: str) -> None:
    """Hold a turn against what the transcript wants of it."""
    kinds = [kind for kind, key in (("answer", "answers"), ("form", "state")) if key in expected]
    assert said.text.strip(), where
    assert [custom["kind"] for custom in said.customs] == kinds, where
    for part in expected.get("contains", ()):
        assert part in said.text, f"{part!r} is lacking: {where}"
    for part in expected.get("lacks", ()):
        assert part not in said.text, f"{part!r} stands there: {where}"
    assert set(expected.get("buttons", ())) <= set(said.payloads), f"{said.payloads}: {where}"
    assert "file" not in expected or said.files == [each for each in [expected["file"]] if each], where
    assert any("erased" in custom for custom in said.customs) == ("erased" in expected), where
    if expected.get("answers", "any") != "any":
        assert said.customs[0]["outcome"] == expected["answers"], where
    if "state" in expected:
        form = said.form
        assert form["state"] == expected["state"], where
        for key in ("slot", "plan_id", "reference"):
            assert key not in expected or form[key] == expected[key], where
        assert (form["reference"] is not None) == (form["state"] == "saved"), where
