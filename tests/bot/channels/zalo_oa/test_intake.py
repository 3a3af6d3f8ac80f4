"""What comes in at the Official Account's webhook: signatures, times, repetitions, events of every kind, bad input."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.channels.webhook import BODY_LIMIT
from bot.channels.zalo_oa.signature import HEADER, mac, signer
from bot.wording import say
from tests.bot.channels.zalo_oa.server import ACCOUNT, APP, OA_SECRET, SECRET, Event, ZaloOaServer, checksum, signed
from tests.bot.channels.zalo_offices import OaOffice
from tests.bot.fake_rasa import FakeRasa

AN = "9000000000000000001"
VECTOR = (
    '{"app_id":"1112223334445556667","sender":{"id":"9000000000000000001"},"user_id_by_app":"8000000000000000002",'
    '"recipient":{"id":"7000000000000000003"},"event_name":"user_send_text","message":'
    '{"text":"Cho em hỏi lịch thi lại","msg_id":"a1b2c3d4e5f60718"},"timestamp":"1763690400000"}'
).encode()
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def office(zalo_oa: ZaloOaServer, tmp_path: Path) -> Iterator[OaOffice]:
    opened = OaOffice(zalo_oa, FakeRasa(), tmp_path)
    yield opened
    opened.close()


def counts(office: OaOffice) -> dict[str, int]:
    return dict(office.zalo.counts)


# Signatures


def test_the_signature_is_that_of_the_known_vector() -> None:
    known = "2a9db3260f051fdf5f8a6b77bd939b4b4db3cf388b9cbae4f05e1b439b05e67e"
    assert len(VECTOR) == 287
    assert mac(APP, VECTOR, "1763690400000", OA_SECRET) == known
    ways = {"app id": APP, "account id": ACCOUNT}, {"OA secret key": OA_SECRET, "app secret": SECRET}
    for given in (f"mac={known}", f" MAC = {known.upper()}"):
        assert signer(given, VECTOR, "1763690400000", *ways) == "app id, OA secret key"
    assert signer(known, VECTOR, "1763690400000", *ways) == "app id, OA secret key, without mac="
    assert signer(f"mac={known}", VECTOR + b" ", "1763690400000", *ways) is None
    assert signer("mac=", VECTOR, "1763690400000", *ways) is None
    assert signer("mac=mật", VECTOR, "1763690400000", *ways) is None


@pytest.mark.parametrize(
    ("how", "way"),
    [
        ({}, "app id, OA secret key"),
        ({"prefix": ""}, "app id, OA secret key, without mac="),
        ({"secret": SECRET}, "app id, app secret"),
        ({"first": ACCOUNT}, "account id, OA secret key"),
    ],
)
def test_every_way_of_signing_that_the_sources_name_is_taken_and_told(
    office: OaOffice, zalo_oa: ZaloOaServer, how: dict[str, str], way: str
) -> None:
    assert office.post(*signed(zalo_oa.write(AN, "xin chào"), **how)) == 200
    assert office.service.report()["signed_by"] == way
    assert counts(office) == {"typed": 1}


def test_an_empty_secret_signs_nothing(zalo_oa: ZaloOaServer, tmp_path: Path) -> None:
    office = OaOffice(zalo_oa, FakeRasa(), tmp_path, zalo_oa_secret_key="", zalo_oa_app_secret="")
    assert office.post(*signed(zalo_oa.write(AN, "x"), secret="")) == 403
    office.close()


def forged(office: OaOffice, event: Event, **how: str) -> int:
    return office.post(*signed(event, **how))


def test_what_is_signed_otherwise_is_forged(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    event = zalo_oa.write(AN, "x")
    body, headers = signed(event)
    assert office.post(body, JSON) == 403
    assert office.post(body, {**headers, HEADER: "mac=" + "0" * 64}) == 403
    assert office.post(body.replace(b'"x"', b'"y"'), headers) == 403
    assert forged(office, event, secret="another") == 403
    assert forged(office, {**event, "app_id": "999"}, first="999") == 403
    assert counts(office) == {"forged": 5}
    assert office.memory.inbox.waiting() == 0


# Times and repetitions


def test_an_event_that_comes_again_an_hour_late_acts_once(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    event = zalo_oa.write(AN, "xin chào")
    assert office.turn()[-1].text == "<xin chào>"
    for _ in range(2):
        office.clock.forward(3600)
        body, headers = signed(event)
        assert office.post(body, {**headers, "num_retry": "5"}) == 200
    office.work()
    assert [said for _, said in office.rasa.received] == ["xin chào"]
    assert counts(office) == {"typed": 1, "repeated": 2}


def test_an_event_that_comes_late_for_the_first_time_is_answered(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    zalo_oa.write(AN, "xin chào")
    office.clock.forward(2 * 3600)
    assert office.turn()[-1].text == "<xin chào>"


@pytest.mark.parametrize("seconds", [4 * 3600, -1800])
def test_an_event_of_another_time_is_a_replay(office: OaOffice, zalo_oa: ZaloOaServer, seconds: float) -> None:
    zalo_oa.write(AN, "xin chào")
    office.clock.forward(seconds)
    assert office.fetch() == [200]
    assert counts(office) == {"stale": 1}


def test_events_out_of_order_are_answered_in_the_order_they_came(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    for said in ("một", "hai"):
        zalo_oa.write(AN, said)
    zalo_oa.pending.reverse()
    office.turn()
    assert [said for _, said in office.rasa.received] == ["hai", "một"]


def test_without_a_database_zalo_is_asked_to_come_again(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    office.memory.sessions.write(lambda session: session.execute(text("ALTER TABLE inbox RENAME TO away")))
    event = zalo_oa.write(AN, "xin chào")
    assert office.fetch() == [503]
    office.memory.sessions.write(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox")))
    assert office.post(*signed(event)) == 200
    assert office.memory.inbox.waiting() == 1


# Kinds of events


def file_of(url: str, name: str = "don-xin.docx") -> dict[str, Any]:
    payload = {"url": url, "name": name, "size": "48211", "type": "docx", "checksum": checksum(b"x")}
    return {"attachments": [{"type": "file", "payload": payload}]}


PLACE = {"type": "location", "payload": {"coordinates": {"latitude": "18.5", "longitude": "105.7"}}}


@pytest.mark.parametrize(
    ("name", "message", "key"),
    [
        ("user_send_sticker", {"attachments": [{"type": "sticker", "payload": {"url": "u", "id": "1"}}]}, "sticker"),
        (
            "user_send_audio",
            {"attachments": [{"type": "audio", "payload": {"url": "https://a.zdn.vn/a"}}]},
            "voice",
        ),
        ("user_send_location", {"attachments": [PLACE]}, "location"),
        ("user_send_file", file_of("https://f1.file.zdn.vn/x/don-xin.docx"), "file"),
        ("user_send_file", file_of("http://127.0.0.1:1/x", "../../etc/passwd"), "file"),
        ("user_send_image", {"text": "xem", "attachments": [{"type": "image", "payload": {"url": "u"}}]}, "file"),
        ("user_send_gif", {}, "file"),
        ("user_send_video", {}, "file"),
        ("user_send_link", {"attachments": [{"type": "link", "payload": {"url": "https://e.vn"}}]}, "unreadable"),
        ("user_send_business_card", {"attachments": "odd"}, "unreadable"),
    ],
)
def test_what_cannot_be_read_gets_a_kind_reply_and_nothing_is_fetched(
    office: OaOffice, zalo_oa: ZaloOaServer, name: str, message: dict[str, Any], key: str
) -> None:
    zalo_oa.write(AN, name=name, **message)
    assert office.turn()[-1].text == say(key)
    assert office.rasa.received == []
    assert counts(office) == {"unreadable": 1}
    assert set(zalo_oa.calls) == {"access_token", "message/cs"}


def test_shared_contact_details_are_not_kept(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    info = {"name": "Trần Thị B", "phone": "84900000000", "full_address": {"user_city": "Cần Thơ"}}
    zalo_oa.event("user_submit_info", sender={"id": AN}, recipient={"id": ACCOUNT}, info=info)
    assert office.turn()[-1].text == say("contact")
    kept = office.memory.sessions.read(lambda session: list(session.execute(text("SELECT * FROM inbox"))))
    assert "84900000000" not in str(kept)


def test_who_comes_is_greeted_once(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    for _ in range(2):
        zalo_oa.event("follow", oa_id=ACCOUNT, follower={"id": AN}, source="oa_profile")
    zalo_oa.event("user_click_chatnow", oa_id=ACCOUNT, user_id=AN)
    office.turn()
    assert office.rasa.received == [(f"zalo_oa:{AN}", "xin chào")]


def test_who_leaves_is_not_written_to_until_they_write(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    zalo_oa.write(AN, "một")
    zalo_oa.event("unfollow", oa_id=ACCOUNT, follower={"id": AN})
    assert office.turn() == []
    zalo_oa.write(AN, "hai")
    assert office.turn()[-1].text == "<hai>"


def test_who_takes_back_their_consent_is_erased_without_a_word_to_them(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    def script(sender: str, said: str) -> list[dict[str, Any]]:
        erased = [{"custom": {"kind": "form", "state": "cancelled", "erased": True}}] if said == "có" else []
        return [{"text": f"<{said}>"}, *erased]

    office.rasa.script = script
    zalo_oa.write(AN, "tên tôi là An")
    office.turn()
    zalo_oa.event("user_withdraw", user_id=AN, oa_id=ACCOUNT)
    for _ in range(2):  # brought twice
        zalo_oa.pending = zalo_oa.events[-1:]
        assert office.turn() == []
    assert [said for _, said in office.rasa.received] == ["tên tôi là An", "xóa dữ liệu của tôi", "có"]
    kept = office.memory.sessions.read(lambda session: list(session.execute(text("SELECT text FROM inbox"))))
    assert "tên tôi là An" not in str(kept)


@pytest.mark.parametrize(
    ("event", "counted"),
    [
        ({"event_name": "oa_send_text", "sender": {"id": ACCOUNT}, "recipient": {"id": AN},
          "message": {"text": "chào", "msg_id": "b"}}, "echo"),
        ({"event_name": "oa_send_text", "sender": {"id": ACCOUNT, "admin_id": "55"}, "recipient": {"id": AN},
          "message": {"text": "chào", "msg_id": "b"}}, "staff"),
        ({"event_name": "user_seen_message", "sender": {"id": AN}, "message": {"msg_ids": ["1"]}}, "receipt"),
        ({"event_name": "user_received_message", "sender": {"id": AN}, "message": {"msg_id": "1"}}, "receipt"),
        ({"event_name": "anonymous_send_text", "sender": {"id": "x"},
          "message": {"text": "a", "conversation_id": "c"}}, "anonymous"),
        ({"event_name": "user_click_button"}, "unknown_event"),
        ({"event_name": ["user_send_text"]}, "unknown_event"),
        ({}, "unknown_event"),
        ({"event_name": "user_send_text"}, "unknown_event"),
        ({"event_name": "user_send_text", "sender": {"id": AN}, "message": {"msg_id": "1"}}, "unknown_event"),
        ({"event_name": "user_send_text", "sender": "x", "message": {"msg_id": "1", "text": "a"}}, "unknown_event"),
        ({"event_name": "user_send_text", "sender": {"id": "x" * 300}, "message": {"text": "a"}}, "unknown_event"),
        ({"event_name": "user_send_text", "sender": {"id": AN}, "message": {"msg_id": {}, "text": "a"}}, "typed"),
        ({"event_name": "user_send_text", "sender": {"id": AN}, "message": {"msg_id": [1], "text": "a"}},
         "unknown_event"),
        ({"event_name": "follow", "oa_id": ACCOUNT}, "unknown_event"),
    ],
)  # fmt: skip
def test_what_nobody_waits_for_is_acknowledged_and_counted(
    office: OaOffice, zalo_oa: ZaloOaServer, event: Event, counted: str
) -> None:
    whole = {"app_id": APP, "timestamp": str(zalo_oa.time), **event}
    assert office.post(*signed(whole)) == 200
    assert counts(office) == {counted: 1}


# Bad input


def test_ids_that_come_as_numbers_are_read(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    zalo_oa.write(9_000_000_000_000_000_001, "xin chào", msg_id=77)  # type: ignore[arg-type]
    office.turn()
    assert office.rasa.received == [(f"zalo_oa:{AN}", "xin chào")]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"app_id": "1', JSON, 400),
        (b"", JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b"[" * 50_000, JSON, 400),
        (b"[]", JSON, 400),
        (b"a" * 10_000_000, JSON, 413),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {}, 415),
    ],
)
def test_what_is_no_event_is_refused_and_counted(
    office: OaOffice, content: bytes, headers: dict[str, str], status: int
) -> None:
    assert office.post(content, {HEADER: f"mac={mac(APP, content, 'None', OA_SECRET)}", **headers}) == status
    assert counts(office) == {"malformed": 1}
    assert office.memory.inbox.waiting() == 0


def test_a_large_unsigned_body_is_not_even_read(office: OaOffice) -> None:
    assert office.post(b"a" * 10_000_000, JSON) == 403


def test_the_limit_of_an_event_is_above_what_zalo_sends(office: OaOffice, zalo_oa: ZaloOaServer) -> None:
    event = zalo_oa.write(AN, "ạ" * 2_000)
    assert len(json.dumps(event)) < BODY_LIMIT
    assert office.fetch() == [200]


def test_a_text_with_decomposed_letters_and_control_marks_reaches_the_assistant_clean(
    office: OaOffice, zalo_oa: ZaloOaServer
) -> None:
    zalo_oa.write(AN, "ha\u0323n ba\u0301o ca\u0301o\x00\u200b?")
    office.turn()
    assert office.rasa.received == [(f"zalo_oa:{AN}", "hạn báo cáo?")]
