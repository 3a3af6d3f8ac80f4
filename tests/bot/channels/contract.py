"""What every channel must do: its test module subclasses `ChannelContract` and opens the channel."""

import unicodedata
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from bot.channels.base import Channel
from bot.channels.rendering import length
from bot.memory.opening import Memory
from bot.memory.tables import InboxRow, OutboxRow
from bot.messages import TEXT_LIMIT
from bot.wording import say
from tests.bot.fake_rasa import FakeRasa

CHOICE = '/choose_plan{"plan_id": "honglinh-2023"}'
SENTENCES = " ".join(f"Câu thứ {number} nói rõ việc của đơn vị." for number in range(3_000))


@dataclass(frozen=True)
class Shown:
    """What a person sees after one message: the texts in order, and the choices as they are offered."""

    texts: tuple[str, ...]
    choices: tuple[str, ...] = ()

    @property
    def all(self) -> str:
        return "\n".join(self.texts)


class ChannelContract:
    """Subclass per channel. `keeps_messages`: what was not handled is answered later, without being sent again."""

    channel_class: ClassVar[type[Channel]]
    user: ClassVar[str] = "a" * 32
    keeps_messages: ClassVar[bool] = False

    @abstractmethod
    def open(self, rasa: FakeRasa) -> "Conversation":
        """Start a conversation of `user` over a fresh channel."""

    def again(self, conversation: "Conversation", send_again: Callable[[], "Shown"]) -> "Shown":
        """Return what is shown when the assistant is back: at once, or after the person has sent it again."""
        return conversation.come_again() if self.keeps_messages else send_again()

    @staticmethod
    def answering(*messages: dict[str, Any]) -> FakeRasa:
        return FakeRasa(lambda sender, text: list(messages))

    def test_the_person_is_named_by_the_channel_and_not_by_the_text(self) -> None:
        rasa = FakeRasa()
        self.open(rasa).say("web:khac")
        assert rasa.received == [(f"{self.channel_class.name}:{self.user}", "web:khac")]

    def test_every_reply_is_shown_in_order(self) -> None:
        shown = self.open(self.answering({"text": "Một."}, {"text": "Hai."}, {"text": "Ba."})).say("xin chào")
        assert [shown.all.index(text) for text in ("Một.", "Hai.", "Ba.")] == sorted(
            shown.all.index(text) for text in ("Một.", "Hai.", "Ba.")
        )

    @pytest.mark.parametrize("text", ["/restart", " /register", "\u200b/choose_plan"])
    def test_a_typed_slash_is_stripped(self, text: str) -> None:
        rasa = FakeRasa()
        self.open(rasa).say(text)
        assert [sent for _, sent in rasa.received] == [text.strip("\u200b /")]

    def test_a_choice_is_offered_by_its_title_and_sends_its_payload(self) -> None:
        buttons = [{"title": "Bắc Kạn 2024", "payload": "x"}, {"title": "Hồng Lĩnh 2023", "payload": CHOICE}]
        rasa = self.answering({"text": "Kế hoạch nào?", "buttons": buttons})
        conversation = self.open(rasa)
        shown = conversation.say("hạn báo cáo")
        assert shown.choices == ("Bắc Kạn 2024", "Hồng Lĩnh 2023")
        conversation.take(shown, 1)
        assert rasa.received[-1][1] == CHOICE

    def test_a_choice_does_not_take_the_place_of_a_number_that_is_asked_for(self) -> None:
        form = {"kind": "form", "state": "asking", "slot": "quantity", "reference": None, "plan_id": "x"}
        rasa = self.answering(
            {"text": "Số lượng mô hình?", "buttons": [{"title": "Huỷ", "payload": "huỷ"}]}, {"custom": form}
        )
        conversation = self.open(rasa)
        shown = conversation.say("Đăng ký mô hình")
        conversation.say("1")
        assert rasa.received[-1][1] == "1"
        conversation.take(shown, 0)
        assert rasa.received[-1][1] == "huỷ"

    def test_a_number_is_a_number_where_no_choice_is_open(self) -> None:
        rasa = FakeRasa()
        conversation = self.open(rasa)
        conversation.say("1")
        assert rasa.received[-1][1] == "1"

    @pytest.mark.parametrize("answer", [[], 503, {"status": "failure"}])
    def test_a_turn_that_was_not_handled_is_said_to_be_so_and_can_be_sent_again(self, answer: Any) -> None:
        rasa = FakeRasa(lambda sender, text: answer)
        conversation = self.open(rasa)
        said = say("kept_for_later" if self.keeps_messages else "unavailable")
        assert said in conversation.say("Đăng ký mô hình").all
        rasa.script = lambda sender, text: [{"text": "Đã nhận."}]
        assert conversation.say("Đăng ký mô hình").all.count("Đã nhận.") == (0 if self.keeps_messages else 1)
        assert "Đã nhận." in self.again(conversation, lambda: conversation.say("Đăng ký mô hình")).all

    def test_a_choice_stays_open_after_a_turn_that_was_not_handled(self) -> None:
        rasa = self.answering({"text": "Kế hoạch nào?", "buttons": [{"title": "Hồng Lĩnh", "payload": CHOICE}]})
        conversation = self.open(rasa)
        shown = conversation.say("hạn báo cáo")
        works, rasa.script = rasa.script, lambda sender, text: []
        conversation.take(shown, 0)
        rasa.script = works
        self.again(conversation, lambda: conversation.take(shown, 0))
        assert [text for _, text in rasa.received] == ["hạn báo cáo", CHOICE, CHOICE]

    def test_a_message_that_comes_twice_acts_once_and_is_answered_alike(self) -> None:
        rasa = FakeRasa()
        conversation = self.open(rasa)
        first = conversation.say("Đăng ký mô hình")
        again = conversation.repeat()
        assert [text for _, text in rasa.received] == ["Đăng ký mô hình"]
        assert again.texts == (() if self.keeps_messages else first.texts)

    def test_a_message_that_comes_twice_acts_once_even_after_a_restart(self) -> None:
        rasa = FakeRasa()
        conversation = self.open(rasa)
        conversation.say("một")
        conversation.restart()
        conversation.repeat()
        conversation.say("hai")
        assert [text for _, text in rasa.received] == ["một", "hai"]

    def test_a_choice_stays_open_after_a_restart(self) -> None:
        rasa = self.answering({"text": "Loại nào?", "buttons": [{"title": "Chi bộ", "payload": "chi bộ cơ sở"}]})
        conversation = self.open(rasa)
        shown = conversation.say("Đăng ký mô hình")
        conversation.restart()
        conversation.take(shown, 0)
        assert rasa.received[-1][1] == "chi bộ cơ sở"

    @pytest.mark.parametrize(
        ("command", "words"), [("/dangky", "đăng ký mô hình"), ("/hoi hạn nào?", "hạn nào?"), (" /HUY@bot", "hủy")]
    )
    def test_a_known_command_says_its_words(self, command: str, words: str) -> None:
        rasa = FakeRasa()
        self.open(rasa).say(command)
        assert [text for _, text in rasa.received] == [words]

    def test_a_command_that_lacks_its_question_asks_for_it(self) -> None:
        rasa = FakeRasa()
        assert say("ask_what") in self.open(rasa).say("/hoi").all
        assert rasa.received == []

    def test_a_person_who_erases_everything_leaves_no_words_behind(self) -> None:
        rasa = FakeRasa()
        conversation = self.open(rasa)
        conversation.say("tên tôi là An")
        rasa.script = lambda sender, text: [{"text": "Đã xoá."}, {"custom": {"kind": "form", "erased": True}}]
        conversation.say("xoá dữ liệu của tôi")
        kept = conversation.memory.sessions.read(lambda session: list(session.scalars(select(InboxRow.text))))
        parts = conversation.memory.sessions.read(lambda session: list(session.scalars(select(OutboxRow.part))))
        assert kept == [""]
        assert not any("An" in part["text"] for part in parts)

    @pytest.mark.parametrize(("text", "key"), [("   ", "empty"), ("\x00\x07", "empty"), ("👍👍", "no_words")])
    def test_a_message_without_words_gets_a_sentence(self, text: str, key: str) -> None:
        rasa = FakeRasa()
        assert say(key) in self.open(rasa).say(text).all
        assert rasa.received == []

    def test_long_words_of_a_person_reach_the_assistant_up_to_the_limit(self) -> None:
        rasa = FakeRasa(lambda sender, text: [{"text": "Dài."}])
        conversation = self.open(rasa)
        conversation.say("ă" * 5_000)
        conversation.say("ă" * (TEXT_LIMIT + 1))
        assert [len(text) for _, text in rasa.received] == [5_000, TEXT_LIMIT]

    def test_a_long_reply_is_split_at_sentence_ends_and_nothing_is_lost(self) -> None:
        shown = self.open(self.answering({"text": SENTENCES})).say("toàn văn")
        pieces = [text for text in shown.texts if text.startswith("Câu thứ")]
        assert " ".join(pieces) == SENTENCES
        assert len(pieces) > 1
        assert all(length(piece) <= self.channel_class.limits.text for piece in pieces)
        assert all(piece.endswith(".") for piece in pieces)

    def test_decomposed_text_is_shown_composed(self) -> None:
        shown = self.open(self.answering({"text": unicodedata.normalize("NFD", "Sở Nội vụ tổng hợp")})).say("ai?")
        assert "Sở Nội vụ tổng hợp" in shown.all

    def test_text_that_looks_like_markup_is_shown_as_it_is(self) -> None:
        shown = self.open(self.answering({"text": "<b>2 < 3 & 4</b> {x} %s"})).say("ai?")
        assert "<b>2 < 3 & 4</b> {x} %s" in shown.all

    def test_an_envelope_alone_breaks_nothing(self) -> None:
        conversation = self.open(self.answering({"custom": {"kind": "form", "state": "paused"}}, {"text": "Xong."}))
        assert "Xong." in conversation.say("lưu").all


class Conversation:
    """One person in one channel, over one memory."""

    memory: Memory

    def say(self, text: str) -> Shown:
        """Type `text`."""
        raise NotImplementedError

    def take(self, shown: Shown, index: int) -> Shown:
        """Take the offered choice `index` in the channel's own way."""
        raise NotImplementedError

    def repeat(self) -> Shown:
        """Let the last message come once more, with the same id."""
        raise NotImplementedError

    def restart(self) -> None:
        """Start the channel anew over the same memory."""
        raise NotImplementedError

    def come_again(self) -> Shown:
        """Let time pass and return what is shown then."""
        raise NotImplementedError
