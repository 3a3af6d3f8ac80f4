"""Whole registrations over Rasa's REST channel, as data, and what the shell then lists.

A turn of a transcript: `say`, and what must come of it: `answers` (the outcome of a question), `state`, `slot`,
`plan_id`, `reference` (its beginning), `contains`. A turn with neither `answers` nor `state` is plain text.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.end_to_end.assistant import Assistant, Turn

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.yml"))
STATES = {"consent", "asking", "reviewing", "saved", "paused", "cancelled", "refused"}
KNOWN = {"say", "answers", "state", "slot", "plan_id", "reference", "contains"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_transcripts_reach_every_state_of_the_contract() -> None:
    turns = [turn for path in TRANSCRIPTS for turn in read(path)["turns"]]
    assert {turn["state"] for turn in turns if "state" in turn} == STATES
    assert all(set(turn) <= KNOWN for turn in turns)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(assistant: Assistant, path: Path) -> None:
    script, sender = read(path), f"transcript-{path.stem}"
    references = []
    for number, expected in enumerate(script["turns"], 1):
        turn = assistant.say(sender, expected["say"])
        check(turn, expected, f"turn {number}: {expected}\n{turn.text}")
        references += [custom["reference"] for custom in turn.customs if custom.get("reference")]
    stored = assistant.listed("--user", sender)
    assert len(stored) == len(script["stored"])
    for record, right in zip(stored, script["stored"], strict=True):
        assert {key: record[key] for key in right} == right
        assert record["user"] == sender
        assert record["reference"] in references
    assert {record["reference"] for record in stored} == set(references)


def check(turn: Turn, expected: dict[str, Any], where: str) -> None:
    kinds = [kind for kind, key in (("answer", "answers"), ("form", "state")) if key in expected]
    assert [custom["kind"] for custom in turn.customs] == kinds, where
    assert turn.text.strip(), where
    for part in expected.get("contains", ()):
        assert part in turn.text, where
    if "answers" in expected:
        assert turn.customs[0]["outcome"] == expected["answers"], where
    if "state" not in expected:
        return
    form = turn.form
    assert form["state"] == expected["state"], where
    assert form["slot"] == expected.get("slot"), where
    assert (form["slot"] is None) or form["state"] in ("asking", "paused"), where
    assert (form["reference"] is not None) == (form["state"] == "saved"), where
    assert (form["reference"] or "").startswith(expected.get("reference", "")), where
    if "plan_id" in expected:
        assert form["plan_id"] == expected["plan_id"], where
    if kinds == ["answer", "form"]:
        ends = ["custom" in message for message in turn.messages]
        assert ends[0] is False and ends[-1] is True, where
        assert "text" in turn.messages[ends.index(True) + 1], where  # the open question is asked again


def test_nobody_sees_what_another_registered(assistant: Assistant) -> None:
    owner, other = "private-owner", "private-other"
    for message in ("đăng ký mô hình", "đồng ý", "Chi bộ Kín đáo", "chi bộ cơ sở"):
        assistant.say(owner, message)
    assert "Bản nháp" in assistant.say(owner, "xem đăng ký của tôi").text
    said = assistant.say(other, "đăng ký của tôi").text
    assert "chưa có đăng ký nào" in said
    assert "Kín đáo" not in said and "DVK-" not in said
    assert assistant.listed("--user", other) == []
    assert [record["unit_name"] for record in assistant.listed("--user", owner)] == ["Chi bộ Kín đáo"]
    assert assistant.say(other, "tiếp tục").text
    assert assistant.say(other, "đăng ký mô hình").form["state"] == "consent"


def test_two_plans_are_listed_apart(assistant: Assistant) -> None:
    sender = "two-plans"
    for message in ("đăng ký mô hình theo kế hoạch Cao Bằng", "đồng ý", "Sở Công Thương", "lưu lại"):
        turn = assistant.say(sender, message)
    assert turn.form["state"] == "paused"
    assert assistant.say(sender, "đăng ký mô hình theo kế hoạch Yên Bái").form["slot"] == "unit_name"
    listed = assistant.listed("--user", sender)
    assert {record["plan_id"] for record in listed} == {"caobang-2023", "yenbai-duk-2023"}
    only = assistant.listed("--user", sender, "--plan", "caobang-2023")
    assert [(record["unit_name"], record["status"], record["reference"]) for record in only] == [
        ("Sở Công Thương", "draft", None)
    ]
