"""Any process dies between any two messages, or in the middle of one: nothing confirmed is lost, nothing is doubled.

One walk holds every message from the first word of a registration to its reference, and one correction after it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.registration.records import Registration
from actions.registration.store import open_store
from tests.end_to_end.mortal import ACTIONS, RASA, Mortal, mortal

ANSWERS = {
    "unit_name": "Chi bộ Văn phòng",
    "unit_type": "grassroots_party_cell",
    "registration_type": "new",
    "field": "economy",
    "model_name": "Một cửa thân thiện",
    "quantity": 1,
    "start_period": "2023-05",
    "location": "Phòng Hành chính",
    "scale": "collective",
    "completion_period": "2023-Q4",
}
Step = tuple[str, str, str | None, int, int]
# What is said; the state and the slot that must come of it; the answers kept in a draft; the version submitted by then.
WALK: tuple[Step, ...] = (
    ("đăng ký mô hình", "consent", None, 0, 0),
    ("đồng ý", "asking", "unit_name", 0, 0),
    ("Chi bộ Văn phòng", "asking", "unit_type", 1, 0),
    ("3", "asking", "registration_type", 2, 0),
    ("1", "asking", "field", 3, 0),
    ("1", "asking", "model_name", 4, 0),
    ("Một cửa thân thiện", "asking", "quantity", 5, 0),
    ("1", "asking", "start_period", 6, 0),
    ("tháng 5", "asking", "location", 7, 0),
    ("Phòng Hành chính", "asking", "scale", 8, 0),
    ("2", "asking", "completion_period", 9, 0),
    ("quý IV", "reviewing", None, 10, 0),
    ("gửi", "saved", None, 0, 1),
    ("sửa {reference} số lượng thành 3", "reviewing", None, 10, 1),
    ("gửi", "saved", None, 0, 2),
)


EDITED = {**ANSWERS, "quantity": 3}


@pytest.fixture(scope="module")
def servers(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    """Both servers, without an index of the plans: registering goes on, and starting is quick."""
    folder = tmp_path_factory.mktemp("mortal")
    with mortal(folder / "home", trained_model, f"sqlite:///{folder / 'assistant.sqlite'}") as started:
        yield started


@pytest.mark.parametrize("victim", [ACTIONS, RASA])
def test_a_process_dies_between_any_two_messages(servers: Mortal, victim: str) -> None:
    person = f"between:{victim}"
    for _ in walk(servers, person):
        servers.kill(victim)
        servers.start(victim)


@pytest.mark.parametrize("victim", [ACTIONS, RASA])
def test_a_process_dies_before_the_reply_and_the_message_is_sent_again(servers: Mortal, victim: str) -> None:
    person = f"within:{victim}"

    def lose(message: str) -> None:
        servers.say_and_lose(person, message, victim)
        servers.start(victim)

    for _ in walk(servers, person, before=lose):
        pass


def test_everything_dies_and_the_dialogue_forgets_all_before_the_registration_is_sent(servers: Mortal) -> None:
    person = "forgotten"
    steps = walk(servers, person)
    for message, *_ in steps:
        if message == "quý IV":
            break
    servers.say_and_lose(person, "gửi", ACTIONS)
    servers.kill(RASA)
    for file in servers.home.glob("dialogue.sqlite*"):
        file.unlink()
    servers.start(ACTIONS, RASA)
    turn = servers.say(person, "gửi")
    [submitted] = stored(servers, person)
    assert turn.form["state"] == "saved" and turn.form["reference"] == submitted.reference
    assert (submitted.version, dict(submitted.answers)) == (1, ANSWERS)


def walk(servers: Mortal, person: str, before: Callable[[str], None] = lambda message: None) -> Iterator[Step]:
    """Hold the whole conversation, check every reply and what is then stored; give each step after it.

    `before` is called with each message before it is sent.
    """
    reference = ""
    for step in WALK:
        message = step[0].format(reference=reference)
        before(message)
        turn = servers.say(person, message)
        state, slot, kept, version = step[1:]
        where = f"{message}: {turn.text}"
        assert (turn.form["state"], turn.form["slot"]) == (state, slot), where
        assert reference in ("", turn.form["reference"]) or state != "saved", where
        reference = turn.form["reference"] or reference
        assert_stored(servers, person, kept, version, where)
        yield step


def assert_stored(servers: Mortal, person: str, kept: int, version: int, where: str) -> None:
    """Hold that what was confirmed is in the database, once: `kept` answers in a draft, one submitted registration."""
    found = stored(servers, person)
    drafts = [each for each in found if each.reference is None]
    submitted = [each for each in found if each.reference is not None]
    assert len(submitted) == min(version, 1) and len(drafts) == (0 if version and not kept else 1), where
    for each in submitted:
        assert (each.version, dict(each.answers)) == (version, ANSWERS if version == 1 else EDITED), where
    expected = EDITED if version else dict(list(ANSWERS.items())[:kept])
    assert all(dict(each.answers) == expected for each in drafts), where


def stored(servers: Mortal, person: str) -> list[Registration]:
    """Return what the database holds of a person."""
    store = open_store(servers.url)
    try:
        return list(store.registrations(person=person))
    finally:
        store.close()
