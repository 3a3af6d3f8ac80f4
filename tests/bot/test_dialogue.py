import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.dialogue import Dialogue, PersonQueue, Turn, merged
from bot.messages import Attachment, Button, Citation, Reply
from bot.wording import say
from tests.bot.fake_rasa import FakeRasa, message

CITATION = {"plan_id": "caobang-2023", "path": "III › 1", "quote": "Sở Nội vụ", "start": 10, "end": 19}
ANSWER = {"kind": "answer", "outcome": "answered", "plan_ids": ["caobang-2023"], "citations": [CITATION]}
FORM = {"kind": "form", "state": "asking", "slot": "quantity", "reference": None, "plan_id": "caobang-2023"}
CITED = Citation("caobang-2023", "III › 1", "Sở Nội vụ", 10, 19)
NOT_HANDLED = Turn("unavailable", (Reply(say("unavailable")),))


def send(rasa: FakeRasa, text: str, user: str = "an") -> Turn:
    return asyncio.run(rasa.dialogue().send(message(text, user)))


def test_a_message_goes_to_rasa_under_the_persons_name() -> None:
    rasa = FakeRasa()
    turn = send(rasa, "Hạn báo cáo năm là khi nào?")
    assert rasa.received == [("web:an", "Hạn báo cáo năm là khi nào?")]
    assert turn == Turn("answered", (Reply("<Hạn báo cáo năm là khi nào?>"),))


def test_an_answer_and_a_form_are_merged_in_order() -> None:
    buttons = [
        {"title": "Hồng Lĩnh 2023", "payload": '/choose_plan{"plan_id": "honglinh-2023"}'},
        {"title": "Huỷ"},
    ]
    assert merged(
        [
            {"text": "Sở Nội vụ theo dõi."},
            {"custom": ANSWER},
            {"text": "Số lượng mô hình?", "buttons": buttons},
            {"custom": FORM},
        ]
    ) == (
        Reply("Sở Nội vụ theo dõi.", citations=(CITED,), custom=ANSWER),
        Reply(
            "Số lượng mô hình?",
            (Button("Hồng Lĩnh 2023", '/choose_plan{"plan_id": "honglinh-2023"}'), Button("Huỷ", "Huỷ")),
            custom=FORM,
        ),
    )


def test_a_file_belongs_to_the_text_before_it() -> None:
    file = Attachment("dang-ky.docx", "abc")
    assert merged([{"text": "Đã lưu."}, {"attachment": "abc/dang-ky.docx"}, {"custom": FORM}]) == (
        Reply("Đã lưu.", attachments=(file,), custom=FORM),
    )
    assert merged([{"attachment": "abc/dang-ky.docx"}])[0].attachments == (file,)
    assert merged([{"text": "a", "attachment": "no-name"}])[0].attachments == ()


def test_an_envelope_without_text_before_it_is_kept() -> None:
    assert merged([{"custom": FORM}]) == (Reply("", custom=FORM),)
    assert merged([{"text": "a"}, {"custom": ANSWER}, {"custom": FORM}])[1] == Reply("", custom=FORM)


def test_a_citation_of_the_wrong_shape_is_left_out() -> None:
    broken = {**ANSWER, "citations": [{"plan_id": "x"}, "text", CITATION]}
    assert merged([{"text": "a", "custom": broken}])[0].citations == (CITED,)


@pytest.mark.parametrize("answer", [{"status": "failure"}, None, "text", [], ["text"], [{"text": "  "}], [{}]])
def test_anything_but_a_list_with_content_is_no_reply(answer: Any) -> None:
    assert merged(answer) == ()


@pytest.mark.parametrize("answer", [[], {"status": "failure"}, 404, 500, 503, [{"text": ""}]])
def test_an_empty_or_failed_turn_is_unavailable_and_says_so(answer: Any) -> None:
    assert send(FakeRasa(lambda sender, text: answer), "xin chào") == NOT_HANDLED


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_a_connection_that_fails_is_unavailable(error: httpx.HTTPError) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    async def ask() -> tuple[Turn, bool]:
        dialogue = Dialogue("http://rasa.test/", httpx.AsyncClient(transport=httpx.MockTransport(fail)))
        return await dialogue.send(message("xin chào")), await dialogue.ready()

    assert asyncio.run(ask()) == (NOT_HANDLED, False)


def test_an_answer_that_is_no_json_is_unavailable() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>proxy</html>")

    async def ask() -> Turn:
        return await Dialogue("http://rasa.test", httpx.AsyncClient(transport=httpx.MockTransport(page))).send(
            message("xin chào")
        )

    assert asyncio.run(ask()) == NOT_HANDLED


def test_the_failure_is_told_in_the_language_of_the_message() -> None:
    turn = send(FakeRasa(lambda sender, text: []), "which unit tracks the models?")
    assert turn.replies[0].text == say("unavailable", "en")


@pytest.mark.parametrize(
    ("text", "key"),
    [("", "empty"), (" \n\t ", "empty"), ("\x00\x07", "empty"), ("👍👍", "no_words"), ("?!", "no_words")],
)
def test_a_message_without_words_is_answered_without_rasa(text: str, key: str) -> None:
    rasa = FakeRasa()
    assert send(rasa, text) == Turn("answered", (Reply(say(key)),))
    assert rasa.received == []


def test_a_long_message_is_passed_on_and_cut_at_the_hard_limit() -> None:
    rasa = FakeRasa()
    assert send(rasa, "a" * 5_000).status == "answered"
    send(rasa, "b" * 20_000)
    assert [len(text) for _, text in rasa.received] == [5_000, 10_000]


def test_a_command_that_slipped_through_a_channel_loses_its_slash() -> None:
    rasa = FakeRasa()
    send(rasa, "/restart")
    send(rasa, '/choose_plan{"plan_id": "caobang-2023"}')
    assert [text for _, text in rasa.received] == ["restart", '/choose_plan{"plan_id": "caobang-2023"}']


def test_one_persons_messages_keep_their_order_and_different_people_run_side_by_side() -> None:
    rasa = FakeRasa()

    async def talk() -> None:
        dialogue = rasa.dialogue()
        await asyncio.gather(
            *(dialogue.send(message(str(number), user)) for number in range(5) for user in ("an", "binh", "chi"))
        )

    asyncio.run(talk())
    for user in ("an", "binh", "chi"):
        assert [text for sender, text in rasa.received if sender == f"web:{user}"] == [
            "0",
            "1",
            "2",
            "3",
            "4",
        ]
    assert rasa.most_of_one == 1
    assert rasa.most_at_once == 3


def test_a_persons_place_is_given_up_even_when_the_turn_breaks() -> None:
    async def use() -> int:
        queue = PersonQueue()
        with pytest.raises(RuntimeError):
            async with queue.turn_of("web:an"):
                raise RuntimeError
        async with queue.turn_of("web:an"):
            assert len(queue) == 1
        return len(queue)

    assert asyncio.run(use()) == 0


def test_ready_when_rasa_answers() -> None:
    assert asyncio.run(FakeRasa().dialogue().ready())


def test_rasa_is_told_which_message_it_is() -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return httpx.Response(200, json=[{"text": "a"}])

    dialogue = Dialogue("http://rasa.test", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    asyncio.run(dialogue.send(replace(message("xin chào"), message_id="77")))
    assert asked == [{"sender": "web:an", "message": "xin chào", "metadata": {"message_id": "77"}}]


@pytest.mark.parametrize(("answer", "takes"), [([{"text": "Xin chào"}], True), ([], False), (503, False)])
def test_it_takes_turns_when_a_whole_turn_has_an_answer(answer: Any, takes: bool) -> None:
    assert asyncio.run(FakeRasa(lambda sender, text: answer).dialogue().takes_turns()) is takes
