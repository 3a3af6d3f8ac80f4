"""Whole conversations as data, the desk and its store rebuilt before every message."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.registration.__main__ import as_record
from actions.registration.desk import Desk, Turn
from actions.registration.store import open_store
from actions.registration.turns import NOTICE
from knowledge.corpus import load_plans

TRANSCRIPTS = sorted((Path(__file__).parents[2] / "transcripts" / "registration").glob("*.yml"))
PLANS = load_plans()
KNOWN = {
    "start", "say", "say_long", "again", "resume", "mine", "plan", "person", "intent", "at",
    "state", "slot", "plan_id", "reference", "open", "question", "contains", "lacks", "buttons",
}  # fmt: skip


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 12


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, tmp_path: Path) -> None:
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    now = datetime.fromisoformat(script.get("now", "2023-04-20T08:00:00+07:00"))
    if script.get("consented"):
        store = open_store(url)
        store.consent("web:1", NOTICE, now)
        store.close()
    for number, turn in enumerate(script["turns"], 1):
        assert set(turn) <= KNOWN
        store = open_store(url)
        at = datetime.fromisoformat(turn.get("at", now.isoformat()))
        desk = Desk(store, PLANS, partial(_same, at))
        check(f"turn {number}: {turn}", play(desk, turn, script.get("language", "vi")), turn)
        store.close()
    store = open_store(url)
    stored = [as_record(each) for each in store.registrations()]
    store.close()
    assert len(stored) == len(script["stored"])
    for record, expected in zip(stored, script["stored"], strict=True):
        assert {key: record[key] for key in expected} == expected


def _same(moment: datetime) -> datetime:
    return moment


def play(desk: Desk, turn: dict[str, Any], language: str) -> Turn | str:
    """Send one message as the transcript says; return the turn, or the text of a list."""
    person = turn.get("person", "web:1")
    if "start" in turn:
        return desk.start(person, turn.get("plan"), turn["start"], language)
    if "mine" in turn:
        return "\n".join(line.text for line in desk.mine(person, language))
    if "again" in turn:
        return desk.ask_again(person, language)
    if "resume" in turn:
        return desk.resume(person, language)
    message = "a" * turn["say_long"] if "say_long" in turn else turn["say"]
    return desk.reply(person, message, language, intent=turn.get("intent"))


def check(where: str, got: Turn | str, expected: dict[str, Any]) -> None:
    text = got if isinstance(got, str) else "\n".join(line.text for line in got.lines)
    for part in expected.get("contains", ()):
        assert part in text, f"{where}\n{text}"
    for part in expected.get("lacks", ()):
        assert part not in text, f"{where}\n{text}"
    if isinstance(got, str):
        return
    custom = got.form.as_custom()
    assert custom["kind"] == "form"
    assert custom["state"] == expected["state"], f"{where}\n{text}"
    for key in ("slot", "plan_id", "reference"):
        if key in expected:
            assert custom[key] == expected[key], f"{where}\n{text}"
    assert (custom["reference"] is not None) == (custom["state"] == "saved"), where
    assert got.open is expected.get("open", expected["state"] in ("consent", "asking", "reviewing")), where
    assert (got.question is not None) is expected.get("question", False), f"{where}\n{text}"
    assert bool(text) is not bool(got.question), where
    sent = {choice.text for line in got.lines for choice in line.buttons}
    assert set(expected.get("buttons", ())) <= sent, f"{where}\n{sent}"
