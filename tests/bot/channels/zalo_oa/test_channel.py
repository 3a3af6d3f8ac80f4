"""The Official Account: the contract of all channels, messages, buttons, files, windows, and every error."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.zalo_oa.channel import DEFER_SECONDS, STOP_SECONDS, ZaloOa
from bot.channels.zalo_oa.errors import rule_of, rules
from bot.messages import Part
from bot.wording import say
from tests.bot.channels.contract import CHOICE, ChannelContract, Conversation, Shown
from tests.bot.channels.zalo_oa.server import SEND, TOKEN, UPLOAD, Failure, Sent, ZaloOaServer
from tests.bot.channels.zalo_offices import OaOffice
from tests.bot.fake_rasa import FakeRasa

AN, BINH = "9000000000000000001", "9000000000000000002"
HOUR, DAY = 3600.0, 24 * 3600.0
CHOICES = [{"title": "Bắc Kạn", "payload": "x"}, {"title": "Hồng Lĩnh", "payload": CHOICE}]
ASKED = {"text": "Kế hoạch nào?", "buttons": CHOICES}

Open = Callable[..., OaOffice]


@pytest.fixture
def opened(zalo_oa: ZaloOaServer, tmp_path: Path) -> Iterator[Open]:
    offices: list[OaOffice] = []

    def open_office(rasa: FakeRasa | None = None, **more: Any) -> OaOffice:
        offices.append(OaOffice(zalo_oa, rasa or FakeRasa(), tmp_path, **more))
        return offices[-1]

    yield open_office
    for office in offices:
        office.close()


class Chat(Conversation):
    """A person in Zalo, who taps buttons or, where they are shown as a list, types numbers."""

    def __init__(self, open_office: Open, rasa: FakeRasa, **changes: Any) -> None:
        self.open_office, self.rasa, self.changes = open_office, rasa, changes
        self.office = open_office(rasa, **changes)
        self.memory = self.office.memory
        self.buttons: dict[str, tuple[str, str, str]] = {}
        self.labels: dict[str, str] = {}

    def restart(self) -> None:
        self.office = self.open_office(self.rasa, memory=self.memory, **self.changes)

    def say(self, text: str) -> Shown:
        self.office.server.write(AN, text)
        return self._shown(self.office.turn())

    def take(self, shown: Shown, index: int) -> Shown:
        title = shown.choices[index]
        if title in self.buttons:
            self.office.server.tap(AN, self.buttons[title])
            return self._shown(self.office.turn())
        return self.say(self.labels[title])

    def repeat(self) -> Shown:
        self.office.server.pending = [self.office.server.events[-1]]
        return self._shown(self.office.turn())

    def come_again(self) -> Shown:
        return self._shown(self.office.later())

    def _shown(self, sent: list[Sent]) -> Shown:
        texts = tuple(each.text for each in sent if each.text != say("zalo_notice"))
        buttons = {button[0]: button for each in sent for button in each.buttons}
        listed = [line.partition(". ") for line in texts[-1].splitlines()] if texts else []
        labels = {title: label for label, _, title in listed if title and len(label) == 1}
        if buttons or labels:
            self.buttons, self.labels = buttons, labels
        return Shown(texts, tuple(buttons or labels))


class TestZaloOa(ChannelContract):
    channel_class = ZaloOa
    user = AN
    keeps_messages = True
    changes: dict[str, Any] = {}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def offices(self, opened: Open) -> None:
        self.opened = opened

    def open(self, rasa: FakeRasa) -> Chat:
        return Chat(self.opened, rasa, **self.changes)


class TestZaloOaWithoutButtons(TestZaloOa):
    changes: dict[str, Any] = {"zalo_oa_buttons": "off"}  # noqa: RUF012


def test_the_notice_is_given_once_and_one_persons_messages_keep_their_order(
    opened: Open, zalo_oa: ZaloOaServer
) -> None:
    office = opened(FakeRasa(together=2))
    for number in range(4):
        for user in (AN, BINH):
            zalo_oa.write(user, str(number))
    office.turn()
    for user in (AN, BINH):
        assert zalo_oa.texts(user) == [say("zalo_notice"), "<0>", "<1>", "<2>", "<3>"]
    assert office.rasa.most_of_one == 1
    assert office.rasa.most_at_once == 2


def test_the_calls_of_a_minute_stay_below_the_limit(opened: Open, zalo_oa: ZaloOaServer) -> None:
    limiter = opened(zalo_oa_per_minute=80).zalo.api._limiter
    in_a_minute = limiter.max_rate + 60 * limiter.max_rate / limiter.time_period
    assert in_a_minute == pytest.approx(80)


# Buttons


def test_a_button_is_seen_as_words_and_a_payload_is_not(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [ASKED]))
    zalo_oa.write(AN, "hạn?")
    assert office.turn()[-1].buttons == (("Bắc Kạn", "oa.query.show", "x"), ("Hồng Lĩnh", "oa.query.hide", CHOICE))


def test_where_buttons_are_shown_a_number_chooses_too(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [ASKED]))
    for text in ("hạn?", "2."):
        zalo_oa.write(AN, text)
        office.turn()
    assert office.rasa.received[-1][1] == CHOICE


@pytest.mark.parametrize("error", [-201, -210, -233])
def test_refused_buttons_become_a_list_at_once_and_stay_one(opened: Open, zalo_oa: ZaloOaServer, error: int) -> None:
    office = opened(FakeRasa(lambda sender, said: [ASKED]))
    zalo_oa.fail(SEND, Failure(works=True), Failure(error))
    zalo_oa.write(AN, "hạn?")
    last = office.turn()[-1]
    assert (last.text.splitlines()[-2:], last.buttons) == (["1. Bắc Kạn", "2. Hồng Lĩnh"], ())
    zalo_oa.write(AN, "2")
    assert office.turn()[-1].text == last.text
    assert office.rasa.received[-1][1] == CHOICE
    assert len(zalo_oa.calls) == 1 + 1 + 2 + 1  # tokens, notice, with and without buttons, without


def test_buttons_that_must_be_are_not_taken_away(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [ASKED]), zalo_oa_buttons="on")
    zalo_oa.takes_buttons = False
    zalo_oa.write(AN, "hạn?")
    assert [sent.text for sent in office.turn()] == [say("zalo_notice")]


def test_more_buttons_than_zalo_takes_are_a_list(opened: Open, zalo_oa: ZaloOaServer) -> None:
    many = {"text": "Nào?", "buttons": [{"title": f"Mục {number}", "payload": f"p{number}"} for number in range(6)]}
    office = opened(FakeRasa(lambda sender, said: [many]))
    zalo_oa.write(AN, "gì?")
    last = office.turn()[-1]
    assert (last.buttons, last.text.splitlines()[-1]) == ((), "6. Mục 5")


# Files


def paper(folder: Path, content: bytes = b"a paper") -> Path:
    file = folder / "kept"
    file.write_bytes(content)
    return file


def with_paper(name: str) -> FakeRasa:
    return FakeRasa(lambda sender, said: [{"text": "Đã lưu."}, {"attachment": f"abc/{name}"}])


def test_a_form_is_uploaded_once_and_sent_as_a_file_to_its_own_person(
    opened: Open, zalo_oa: ZaloOaServer, tmp_path: Path
) -> None:
    kept = paper(tmp_path)
    office = opened(with_paper("dang-ky.docx"), find=lambda person, token: kept if person == f"zalo_oa:{AN}" else None)
    for user in (AN, BINH, AN):
        zalo_oa.write(user, "gửi")
        office.turn()
    files = [(sent.user, sent.file) for sent in zalo_oa.sent if sent.file]
    assert files == [(AN, ("dang-ky.docx", b"a paper"))] * 2
    assert zalo_oa.texts(BINH)[-1] == say("paper_not_found")
    assert zalo_oa.calls.count(UPLOAD) == 1
    office.clock.forward(7 * DAY)
    zalo_oa.time = int(office.clock().timestamp() * 1000)
    zalo_oa.write(AN, "gửi")
    office.turn()
    assert zalo_oa.calls.count(UPLOAD) == 2


def test_an_upload_that_zalo_has_forgotten_is_made_again(opened: Open, zalo_oa: ZaloOaServer, tmp_path: Path) -> None:
    kept = paper(tmp_path)
    office = opened(with_paper("dang-ky.pdf"), find=lambda person, token: kept)
    zalo_oa.write(AN, "gửi")
    office.turn()
    zalo_oa.files.clear()
    zalo_oa.write(AN, "gửi lại")
    assert office.turn()[-1].file == ("dang-ky.pdf", b"a paper")
    assert zalo_oa.calls.count(UPLOAD) == 2


@pytest.mark.parametrize(("name", "size"), [("bang.xlsx", 10), ("to.docx", 5_000_001)])
def test_what_zalo_does_not_take_is_linked_for_a_day(
    opened: Open, zalo_oa: ZaloOaServer, tmp_path: Path, name: str, size: int
) -> None:
    kept = paper(tmp_path, b"x" * size)
    office = opened(with_paper(name), find=lambda person, token: kept, public_address="https://dv.vn/")
    zalo_oa.write(AN, "gửi")
    said, _, link = office.turn()[-1].text.partition("https://dv.vn")
    assert name in said

    async def fetched(path: str) -> tuple[int, bytes]:
        async with office.browser() as client:
            answer = await client.get(path)
            return answer.status_code, answer.content

    assert office.run(fetched(link)) == (200, kept.read_bytes())
    assert office.run(fetched(link[:-3] + "AAA"))[0] == 404
    office.clock.forward(DAY + 60)
    assert office.run(fetched(link))[0] == 404


def test_without_an_address_the_way_by_a_code_is_told(opened: Open, zalo_oa: ZaloOaServer, tmp_path: Path) -> None:
    kept = paper(tmp_path)
    office = opened(with_paper("bang.xlsx"), find=lambda person, token: kept)
    zalo_oa.write(AN, "gửi")
    assert office.turn()[-1].text == say("paper_elsewhere")


# Windows


def late(office: OaOffice, server: ZaloOaServer, seconds: float) -> list[Sent]:
    """Let somebody write while the assistant is down, and come back so much later."""
    works, office.rasa.script = office.rasa.script, lambda sender, said: []
    server.write(AN, "hạn?")
    office.turn()
    office.rasa.script = works
    return office.later(seconds)


def test_an_answer_after_an_outage_is_sent_within_the_free_window(opened: Open, zalo_oa: ZaloOaServer) -> None:
    assert [sent.text for sent in late(opened(), zalo_oa, 45 * HOUR)] == [say("zalo_notice"), "<hạn?>"]


@pytest.mark.parametrize(("paid", "hours"), [(False, 49), (True, 7 * 24)])
def test_a_later_answer_waits_until_the_person_writes_again(
    opened: Open, zalo_oa: ZaloOaServer, paid: bool, hours: float
) -> None:
    office = opened(zalo_oa_paid_replies=paid)
    assert late(office, zalo_oa, hours * HOUR) == []
    calls = len(zalo_oa.calls)
    assert office.later(DAY) == []
    assert len(zalo_oa.calls) == calls
    zalo_oa.write(AN, "còn ai theo dõi?")
    assert [sent.text for sent in office.turn()] == [say("zalo_notice"), "<hạn?>", "<còn ai theo dõi?>"]


def test_a_paid_answer_is_sent_within_seven_days(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(zalo_oa_paid_replies=True)
    assert [sent.text for sent in late(office, zalo_oa, 6 * DAY)] == [say("zalo_notice"), "<hạn?>"]


def test_what_nobody_came_back_for_is_deleted_with_the_old_messages(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened()
    late(office, zalo_oa, 49 * HOUR)
    assert office.memory.outbox.waiting() == 2
    office.clock.forward(1)
    office.memory.forget_before(office.clock())
    assert office.memory.outbox.waiting() == 0


def test_a_reminder_is_not_given_outside_the_free_window(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened()
    zalo_oa.write(AN, "nhắc tôi")
    office.turn()
    to = office.memory.wishes.people(["zalo_oa"], [f"zalo_oa:{AN}"])[0]
    office.clock.forward(49 * HOUR)
    assert ZaloOa.unasked is not None
    assert to.last_wrote is not None
    assert office.clock() - to.last_wrote > ZaloOa.unasked
    office.memory.wishes.give(to, ["x"], [Part("Nhắc hạn.")], office.clock())  # one that was given just before
    office.work()
    assert "Nhắc hạn." not in zalo_oa.texts(AN)


# Errors


def answered_with(opened: Open, server: ZaloOaServer, *failures: Failure) -> OaOffice:
    """Let somebody be answered in two parts, of which the first fails."""
    office = opened(FakeRasa(lambda sender, said: [{"text": f"{said}-1"}, {"text": f"{said}-2"}]))
    server.write(AN, "chào")
    office.turn()
    server.sent.clear()
    server.fail(SEND, *failures)
    server.write(AN, "a")
    office.turn()
    return office


def with_act(*acts: str) -> list[int]:
    return [int(code) for code, rule in rules().items() if rule.act in acts and code != "unknown"]


def test_every_error_of_the_table_is_tested_here() -> None:
    acts = {rule.act for rule in rules().values()}
    assert acts == {"pause", "again", "renew", "upload", "split", "defer", "dead", "close", "drop", "stop"}
    assert len(rules()) == 30
    assert rule_of(-9).act == rule_of(-200).act == "again"


@pytest.mark.parametrize("error", [-200, -9_999])
def test_a_generic_error_is_tried_once_more_and_then_dropped(opened: Open, zalo_oa: ZaloOaServer, error: int) -> None:
    office = answered_with(opened, zalo_oa, Failure(error))
    office.later()
    assert zalo_oa.texts(AN) == ["a-1", "a-2"]
    zalo_oa.fail(SEND, Failure(error), Failure(error))
    zalo_oa.write(AN, "b")
    office.turn()
    office.later()
    assert zalo_oa.texts(AN)[2:] == ["b-2"]


@pytest.mark.parametrize("error", with_act("drop", "upload"))
def test_what_will_never_be_taken_is_dropped_and_the_rest_is_sent(
    opened: Open, zalo_oa: ZaloOaServer, error: int
) -> None:
    answered_with(opened, zalo_oa, Failure(error))
    assert zalo_oa.texts(AN) == ["a-2"]


@pytest.mark.parametrize("error", with_act("renew"))
def test_a_refused_access_token_is_exchanged_once_and_the_call_repeated(
    opened: Open, zalo_oa: ZaloOaServer, error: int
) -> None:
    answered_with(opened, zalo_oa, Failure(error))
    assert zalo_oa.texts(AN) == ["a-1", "a-2"]
    assert zalo_oa.exchanges == 2


def test_a_token_that_is_refused_again_is_not_exchanged_in_a_loop(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = answered_with(opened, zalo_oa, *[Failure(-216)] * 5)
    for number in range(3):
        zalo_oa.write(f"90000000000000000{number}", "x")
    office.turn()
    assert zalo_oa.exchanges == 2
    assert office.service.report()["state"] == rule_of(-216).means
    office.later(STOP_SECONDS)
    office.later(STOP_SECONDS)
    assert zalo_oa.texts(AN) == ["a-1", "a-2"]
    assert office.service.report()["state"] == "webhook"


@pytest.mark.parametrize("error", with_act("dead"))
def test_who_cannot_be_reached_is_not_tried_until_they_write(opened: Open, zalo_oa: ZaloOaServer, error: int) -> None:
    office = answered_with(opened, zalo_oa, Failure(error))
    assert office.later(HOUR) == []
    assert office.memory.talks.of(f"zalo_oa:{AN}").dead
    zalo_oa.write(AN, "b")
    assert [sent.text for sent in office.turn()] == ["b-1", "b-2"]


@pytest.mark.parametrize("error", with_act("close"))
def test_a_closed_window_keeps_the_answer(opened: Open, zalo_oa: ZaloOaServer, error: int) -> None:
    office = answered_with(opened, zalo_oa, Failure(error))
    assert office.later(HOUR) == []
    zalo_oa.write(AN, "b")
    assert [sent.text for sent in office.turn()] == ["a-1", "a-2", "b-1", "b-2"]


@pytest.mark.parametrize("error", with_act("defer"))
def test_a_used_up_quota_puts_the_answer_off_for_an_hour(opened: Open, zalo_oa: ZaloOaServer, error: int) -> None:
    office = answered_with(opened, zalo_oa, Failure(error))
    assert office.later(DEFER_SECONDS - 60) == []
    assert [sent.text for sent in office.later(120)] == ["a-1", "a-2"]


@pytest.mark.parametrize("error", with_act("stop"))
def test_where_somebody_must_act_nobody_is_sent_to_and_the_page_says_why(
    opened: Open, zalo_oa: ZaloOaServer, error: int
) -> None:
    office = answered_with(opened, zalo_oa, Failure(error))
    calls = len(zalo_oa.calls)
    zalo_oa.write(BINH, "x")
    assert office.turn() == []
    assert office.later(STOP_SECONDS / 2) == []
    assert len(zalo_oa.calls) == calls
    assert office.service.report()["state"] == rule_of(error).means
    office.later(STOP_SECONDS)
    office.later(STOP_SECONDS)
    assert zalo_oa.texts(AN) == ["a-1", "a-2"]
    assert zalo_oa.texts(BINH)[-1] == "x-2"
    assert office.service.report()["state"] == "webhook"


def test_over_the_limit_everybody_waits_longer_and_longer_and_nothing_is_lost(
    opened: Open, zalo_oa: ZaloOaServer
) -> None:
    office = answered_with(opened, zalo_oa, *[Failure(-32)] * 6)
    holds = []
    for _ in range(5):
        held = office.zalo._held_until
        assert held is not None
        holds.append((held - office.clock()).total_seconds())
        office.later(holds[-1] + 20)
    assert holds[0] <= 6 < 24 < holds[-1] <= 120
    office.later(150)
    assert zalo_oa.texts(AN) == ["a-1", "a-2"]


def test_many_who_are_refused_at_the_same_moment_make_one_pause(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(FakeRasa(together=5))
    people = [f"900000000000000010{number}" for number in range(5)]
    for user in people:
        zalo_oa.write(user, "x")
    zalo_oa.fail(SEND, *[Failure(-32, together=5)] * 5)
    assert office.turn() == []
    assert office.zalo._held_until is not None
    assert (office.zalo._held_until - office.clock()).total_seconds() <= 6
    office.later()
    assert all(zalo_oa.texts(user) == [say("zalo_notice"), "<x>"] for user in people)


def test_buttons_are_not_blamed_for_another_fault(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [ASKED]))
    zalo_oa.fail(SEND, Failure(works=True), Failure(-201), Failure(-201))
    for text in ("một", "hai"):
        zalo_oa.write(AN, text)
        office.turn()
    assert len(zalo_oa.sent[-1].buttons) == 2


def test_a_text_that_zalo_finds_too_long_is_sent_in_halves(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [{"text": "Một câu dài. Hai câu dài."}]))
    zalo_oa.write(AN, "x")
    zalo_oa.fail(SEND, Failure(works=True), Failure(-210))
    office.turn()
    assert zalo_oa.texts(AN)[1:] == ["Một câu dài.", "Hai câu dài."]


def test_a_server_that_fails_gets_the_part_again_in_its_place(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = answered_with(opened, zalo_oa, Failure(status=502), Failure(status=500))
    office.later()
    office.later()
    assert zalo_oa.texts(AN) == ["a-1", "a-2"]


def test_a_sending_without_an_answer_is_repeated_once(
    opened: Open, zalo_oa: ZaloOaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_oa.api.ANSWER_SECONDS", 0.3)
    office = answered_with(opened, zalo_oa, *[Failure(silence=0.6, works=True)] * 2)
    office.later()
    office.later()
    assert zalo_oa.texts(AN) == ["a-1", "a-1", "a-2"]


def test_without_tokens_the_answer_waits(opened: Open, zalo_oa: ZaloOaServer) -> None:
    office = opened()
    zalo_oa.fail(TOKEN, Failure(status=503))
    zalo_oa.write(AN, "x")
    assert office.turn() == []
    assert office.service.report()["state"] == "tokens: unreachable"
    assert [sent.text for sent in office.later(400)] == [say("zalo_notice"), "<x>"]
