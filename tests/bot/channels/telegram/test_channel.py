from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels import typing_sign
from bot.channels.rendering import utf16_length
from bot.channels.telegram.channel import Telegram
from bot.commands import commands
from bot.wording import say
from tests.bot.channels.contract import CHOICE, ChannelContract, Conversation, Shown
from tests.bot.channels.telegram.office import Office
from tests.bot.channels.telegram.server import Failure, Refused, Sent, TelegramServer, TelegramSite
from tests.bot.fake_rasa import FakeRasa

AN, BINH = 7, 8
GROUP = {"id": -100, "type": "supergroup", "title": "Chi bộ"}
ANSWERED = {"custom": {"kind": "answer", "outcome": "answered", "plan_ids": [], "citations": []}}
FORM = {"custom": {"kind": "form", "state": "asking", "slot": "unit_name", "reference": None, "plan_id": "x"}}
CITATION = {"plan_id": "caobang-2023", "path": "III › 1", "quote": "Sở Nội vụ < 1", "start": 10, "end": 19}


@pytest.fixture
def server(site: TelegramSite) -> TelegramServer:
    return site.fresh()


@pytest.fixture
def opened(server: TelegramServer) -> Iterator[Any]:
    offices: list[Office] = []

    def open_office(rasa: FakeRasa | None = None, **more: Any) -> Office:
        offices.append(Office(server, rasa or FakeRasa(), **more))
        return offices[-1]

    yield open_office
    for office in offices:
        office.close()


class Chat(Conversation):
    """A person whose id is a number, as Telegram's are."""

    def __init__(self, open_office: Any, rasa: FakeRasa, user: int) -> None:
        self.open_office, self.rasa, self.user = open_office, rasa, user
        self.office: Office = open_office(rasa)
        self.memory = self.office.memory
        self.keyboard: dict[str, str] = {}

    def restart(self) -> None:
        self.office = self.open_office(self.rasa, memory=self.memory)

    def say(self, text: str) -> Shown:
        self.office.server.write(self.user, text)
        return self._shown(self.office.turn())

    def take(self, shown: Shown, index: int) -> Shown:
        self.office.server.press(self.user, self.keyboard[shown.choices[index]], self.office.server.sent[-1])
        return self._shown(self.office.turn())

    def repeat(self) -> Shown:
        self.office.server.pending = [self.office.server.updates[-1]]
        self.office.polling._offset = None  # what a poller that was restarted asks with
        return self._shown(self.office.turn())

    def come_again(self) -> Shown:
        return self._shown(self.office.later())

    def _shown(self, sent: list[Sent]) -> Shown:
        keyboard = [button for each in sent for button in each.keyboard]
        self.keyboard = dict(keyboard) or self.keyboard
        texts = tuple(each.text for each in sent if each.text != say("telegram_notice"))
        return Shown(texts, tuple(title for title, _ in keyboard))


class TestTelegram(ChannelContract):
    channel_class = Telegram
    user = str(AN)
    keeps_messages = True

    @pytest.fixture(autouse=True)
    def offices(self, opened: Any) -> None:
        self.opened = opened

    def open(self, rasa: FakeRasa) -> Chat:
        return Chat(self.opened, rasa, AN)


def test_the_commands_stand_in_the_menu_in_vietnamese_and_english(opened: Any, server: TelegramServer) -> None:
    opened().fetch()
    assert [command["command"] for command in server.commands[""]] == list(commands())
    assert server.commands[""][2]["description"] == commands()["dangky"].menu["vi"]
    assert server.commands["en"][2]["description"] == "Register a model"
    assert set(commands()) == {"start", "hoi", "dangky", "tieptuc", "cuatoi", "huy", "kehoach", "nhac", "giupdo"}


def test_updates_are_confirmed_only_after_they_are_kept(opened: Any, server: TelegramServer) -> None:
    office = opened()
    first = server.write(AN, "một")
    office.fetch()
    assert server.confirmed == 0
    assert office.memory.inbox.waiting() == 1
    office.fetch()
    assert server.confirmed == first["update_id"] + 1


def test_what_was_written_while_the_bot_was_off_is_not_thrown_away(opened: Any, server: TelegramServer) -> None:
    server.write(AN, "lúc tắt máy")
    office = opened()
    office.turn()
    assert [text for _, text in office.rasa.received] == ["lúc tắt máy"]
    assert [fields for method, fields in server.calls if method == "deleteWebhook"] == [{}]


def test_the_notice_on_the_foreign_service_is_given_once(opened: Any, server: TelegramServer) -> None:
    office = opened()
    for text in ("một", "hai"):
        server.write(AN, text)
        office.turn()
    again = opened(memory=office.memory)
    server.write(AN, "ba")
    again.turn()
    assert server.texts(AN) == [say("telegram_notice"), "<một>", "<hai>", "<ba>"]


def test_one_persons_messages_keep_their_order_and_people_are_served_side_by_side(
    opened: Any, server: TelegramServer
) -> None:
    office = opened(FakeRasa(together=2))
    for number in range(5):
        for user in (AN, BINH):
            server.write(user, str(number))
    office.turn()
    for user in (AN, BINH):
        said = [text for sender, text in office.rasa.received if sender == f"telegram:{user}"]
        assert said == ["0", "1", "2", "3", "4"]
        assert server.texts(user)[1:] == [f"<{text}>" for text in said]
    assert office.rasa.most_of_one == 1
    assert office.rasa.most_at_once == 2


def test_typing_is_shown_while_the_assistant_works_and_not_for_an_answer_at_hand(
    opened: Any, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = opened()
    for wait in (60.0, 0.0):
        monkeypatch.setattr(typing_sign, "TYPING_AFTER", wait)
        server.write(AN, "xin chào")
        office.turn()
    methods = [method for method, _ in server.calls if method.startswith("send")]
    assert methods == ["sendMessage", "sendMessage", "sendChatAction", "sendMessage"]
    assert {"chat_id": str(AN), "action": "typing"} in [fields for _, fields in server.calls]


def test_markup_of_the_assistant_is_escaped_and_a_quotation_is_set_apart(opened: Any, server: TelegramServer) -> None:
    text = f"Đơn vị theo dõi & báo cáo:\n“{CITATION['quote']}”\n(mục III › 1)"
    custom = {"custom": {"kind": "answer", "citations": [CITATION]}}
    office = opened(FakeRasa(lambda sender, said: [{"text": text}, custom]))
    server.write(AN, "ai?")
    last = office.turn()[-1]
    assert last.text == text
    assert "<blockquote>“Sở Nội vụ &lt; 1”</blockquote>" in last.raw
    assert "&amp; báo cáo" in last.raw


def test_a_passage_is_linked_where_the_page_has_a_public_address(opened: Any, server: TelegramServer) -> None:
    rasa = FakeRasa(lambda sender, said: [{"text": "Sở."}, {"custom": {"kind": "answer", "citations": [CITATION]}}])
    office = opened(rasa, address="https://dv.vn/")
    server.write(AN, "ai?")
    assert "https://dv.vn/plans/caobang-2023?start=10&end=19&quote=2c5f5b28#passage" in office.turn()[-1].text


def test_text_is_measured_as_telegram_measures_it(opened: Any, server: TelegramServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [{"text": "😀 & < " * 2_000}]))
    server.write(AN, "dài")
    sent = office.turn()[1:]
    assert len(sent) > 2
    assert all(utf16_length(each.text) <= 4096 for each in sent)
    assert office.memory.outbox.waiting() == 0


def test_a_long_payload_travels_under_a_short_key_and_outlives_the_process(opened: Any, server: TelegramServer) -> None:
    long = '/choose_plan{"plan_id": "' + "a" * 60 + '"}'
    rasa = FakeRasa(lambda sender, said: [{"text": "Nào?", "buttons": [{"title": "A", "payload": long}]}])
    office = opened(rasa)
    server.write(AN, "kế hoạch")
    ((_, data),) = office.turn()[-1].keyboard
    assert len(data.encode()) <= 64
    again = opened(rasa, memory=office.memory)
    query = server.press(AN, data, server.sent[-1])
    again.turn()
    assert rasa.received[-1][1] == long
    assert query["callback_query"]["id"] in server.answered_queries


@pytest.mark.parametrize("data", ["k:unknownunknownunk", "chi bộ cơ sở", "/restart"])
def test_an_old_button_is_answered_kindly_and_does_nothing(opened: Any, server: TelegramServer, data: str) -> None:
    office = opened()
    query = server.press(AN, data)
    assert office.turn()[-1].text == say("old_button")
    assert office.rasa.received == []
    assert server.answered_queries == [query["callback_query"]["id"]]


def test_a_filled_form_is_sent_as_a_document_to_its_own_person(
    opened: Any, server: TelegramServer, tmp_path: Path
) -> None:
    paper = tmp_path / "kept"
    paper.write_bytes(b"a paper")
    answer = [{"text": "Đã lưu."}, {"attachment": "abc/dang-ky.docx"}]
    office = opened(
        FakeRasa(lambda sender, said: answer), find=lambda person, token: paper if person == f"telegram:{AN}" else None
    )
    for user in (AN, BINH):
        server.write(user, "đúng")
    office.turn()
    assert [(sent.chat, sent.file) for sent in server.sent if sent.file] == [(AN, ("dang-ky.docx", b"a paper"))]
    assert server.texts(BINH)[-1] == say("paper_not_found")


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"sticker": {"file_id": "1", "file_unique_id": "1", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False}}, "sticker"),
        ({"voice": {"file_id": "1", "file_unique_id": "1", "duration": 1}}, "voice"),
        ({"location": {"longitude": 105.7, "latitude": 18.5}}, "location"),
        ({"document": {"file_id": "1", "file_unique_id": "1"}}, "file"),
        ({"photo": [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}], "caption": "xem"}, "file"),
        ({"contact": {"phone_number": "1", "first_name": "B"}}, "unreadable"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_kind_reply(
    opened: Any, server: TelegramServer, content: dict[str, Any], key: str
) -> None:
    office = opened()
    server.write(AN, **content)
    assert office.turn()[-1].text == say(key)
    assert office.rasa.received == []
    assert office.telegram.counts == {"unreadable": 1}


def test_an_edited_message_is_asked_for_anew(opened: Any, server: TelegramServer) -> None:
    office = opened()
    server.update(edited_message=server.message(AN, "đã sửa", edit_date=1))
    assert office.turn()[-1].text == say("edited")
    assert office.rasa.received == []


@pytest.mark.parametrize(
    ("update", "counted"),
    [
        ({"message": {"message_id": 1, "date": 1, "chat": {"id": AN, "type": "private"}, "text": "x",
                      "from": {"id": 9, "is_bot": True, "first_name": "B"}}}, "from_bot"),
        ({"message": {"message_id": 1, "date": 1, "chat": GROUP, "new_chat_members": [],
                      "from": {"id": 9, "is_bot": False, "first_name": "B"}}}, "not_spoken_to"),
        ({"message": {"message_id": 1, "date": 1, "chat": {"id": AN, "type": "private"}, "pinned_message": None,
                      "from": {"id": 9, "is_bot": False, "first_name": "B"}}}, "service"),
        ({"poll_answer": {"poll_id": "1", "option_ids": []}}, "unknown_update"),
        ({"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "x"}},
         "unknown_update"),
        ({"something_new": {"a": 1}}, "unknown_update"),
    ],
)  # fmt: skip
def test_what_nobody_waits_for_is_only_counted(
    opened: Any, server: TelegramServer, update: dict[str, Any], counted: str
) -> None:
    office = opened()
    server.update(**update)
    assert office.turn() == []
    assert office.telegram.counts == {counted: 1}
    assert office.memory.inbox.waiting() == 0


# Groups


def test_in_a_group_only_what_is_said_to_it_is_answered_below_the_message(opened: Any, server: TelegramServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [{"text": f"<{said}>"}, ANSWERED]))
    server.write(AN, "chuyện riêng của nhóm", GROUP)
    asked = server.write(AN, "@dan_van_bot hạn báo cáo?", GROUP)
    server.write(AN, "/hoi@dan_van_bot ai theo dõi?", GROUP)
    server.write(AN, "/hoi@another_bot ai theo dõi?", GROUP)
    office.turn()
    assert sorted(sent.text for sent in server.sent) == ["<ai theo dõi?>", "<hạn báo cáo?>"]
    answer = next(sent for sent in server.sent if "hạn" in sent.text)
    assert (answer.chat, answer.answers) == (GROUP["id"], asked["message"]["message_id"])
    assert office.telegram.counts["not_spoken_to"] == 2


@pytest.mark.parametrize("messages", [[{"text": "(1/10) Đơn vị?"}, FORM], [{"text": "Anh/Chị đã đăng ký: DK-1"}]])
def test_nothing_of_a_registration_is_shown_in_a_group(
    opened: Any, server: TelegramServer, messages: list[dict[str, Any]]
) -> None:
    office = opened(FakeRasa(lambda sender, said: messages))
    server.write(AN, "/dangky@dan_van_bot", GROUP)
    assert [sent.text for sent in office.turn()] == [say("private_only")]


def test_who_writes_in_a_group_is_nobody_who_has_registered(opened: Any, server: TelegramServer) -> None:
    office = opened()
    for _ in range(2):
        server.write(AN, "@dan_van_bot đăng ký của tôi", GROUP)
    office.turn()
    senders = [sender for sender, _ in office.rasa.received]
    assert len(set(senders)) == 2
    assert all(sender.startswith(f"telegram:{GROUP['id']}:") for sender in senders)


def test_a_button_in_a_group_belongs_to_the_question_above_it(opened: Any, server: TelegramServer) -> None:
    asked = {"text": "Kế hoạch nào?", "buttons": [{"title": "Hồng Lĩnh", "payload": CHOICE}]}
    office = opened(FakeRasa(lambda sender, said: [asked, ANSWERED]))
    server.write(AN, "@dan_van_bot hạn?", GROUP)
    (shown,) = office.turn()
    server.press(BINH, shown.keyboard[0][1], shown, GROUP)
    office.turn()
    assert len({sender for sender, _ in office.rasa.received}) == 1
    assert office.rasa.received[-1][1] == CHOICE


# Failures of Telegram


def test_the_wait_that_the_server_asks_for_is_kept(opened: Any, server: TelegramServer) -> None:
    office = opened()
    server.fail("sendMessage", Failure(Refused(429, "Too Many Requests: retry after 37", retry_after=37)))
    server.write(AN, "một")
    assert office.turn() == []
    assert office.later(36) == []
    assert [sent.text for sent in office.later(2)] == [say("telegram_notice"), "<một>"]


def test_a_failed_part_keeps_its_place_and_the_answer_is_not_made_again(opened: Any, server: TelegramServer) -> None:
    office = opened(FakeRasa(lambda sender, said: [{"text": f"{said}-1"}, {"text": f"{said}-2"}]))
    server.write(AN, "a")
    server.write(AN, "b")
    server.fail("sendMessage", Failure(works=True), *[Failure() for _ in range(3)])
    office.turn()
    for _ in range(4):
        office.later()
    assert server.texts(AN)[1:] == ["a-1", "a-2", "b-1", "b-2"]
    assert [text for _, text in office.rasa.received] == ["a", "b"]


@pytest.mark.parametrize("refused", [Refused(403, "Forbidden: bot was blocked by the user"),
                                     Refused(400, "Bad Request: chat not found")])  # fmt: skip
def test_who_cannot_be_reached_is_not_tried_again_until_they_write(
    opened: Any, server: TelegramServer, refused: Refused
) -> None:
    office = opened()
    server.fail("sendMessage", Failure(refused))
    server.write(AN, "một")
    office.turn()
    calls = len(server.calls)
    assert office.later(3600) == []
    assert len(server.calls) == calls
    assert office.memory.talks.of(f"telegram:{AN}").dead
    server.write(AN, "hai")
    assert office.turn()[-1].text == "<hai>"


def test_a_person_who_blocks_the_bot_is_marked(opened: Any, server: TelegramServer) -> None:
    office = opened()
    person, me = {"id": AN, "is_bot": False, "first_name": "An"}, {"id": 42, "is_bot": True, "first_name": "B"}
    states = {"old_chat_member": {"user": me, "status": "member"},
              "new_chat_member": {"user": me, "status": "kicked", "until_date": 0}}  # fmt: skip
    server.update(my_chat_member={"chat": {"id": AN, "type": "private"}, "from": person, "date": 1, **states})
    office.turn()
    assert office.memory.talks.of(f"telegram:{AN}").dead


def test_a_part_that_telegram_does_not_take_is_given_up_and_the_rest_is_sent(
    opened: Any, server: TelegramServer
) -> None:
    office = opened(FakeRasa(lambda sender, said: [{"text": "một"}, {"text": "hai"}]))
    server.fail("sendMessage", Failure(works=True), Failure(Refused(400, "Bad Request: something")))
    server.write(AN, "x")
    office.turn()
    assert server.texts(AN) == [say("telegram_notice"), "hai"]


def test_a_sending_without_an_answer_is_tried_once_more_and_no_more(opened: Any, server: TelegramServer) -> None:
    office = opened()
    office.telegram.bot._request[1]._client.timeout = 0.3  # the library's own, of 15 s
    server.write(AN, "một")
    server.fail("sendMessage", *[Failure(silence=0.6, works=True) for _ in range(2)])
    office.turn()
    office.later()
    office.later()
    assert server.texts(AN) == [say("telegram_notice"), say("telegram_notice"), "<một>"]


def test_people_wait_for_nobody_else_s_failure(opened: Any, server: TelegramServer) -> None:
    office = opened()
    server.fail("sendMessage", Failure(Refused(429, "Too Many Requests: retry after 90", retry_after=90)))
    server.write(AN, "một")
    server.write(BINH, "hai")
    sent = office.turn()
    assert len({each.chat for each in sent}) == 1
    assert office.memory.inbox.waiting() == 0
