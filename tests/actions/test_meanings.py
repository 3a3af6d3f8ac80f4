import pytest
import yaml

from actions.meanings import MOST, Offer, likeliest, meanings, read_offer, title
from actions.routing import ACTION_OF_MEANING
from bot.settings import ROOT

OFFER = Offer("sổ tay", ("ask_plan", "register_model", "help"))


def test_every_meaning_has_a_title_in_both_languages_an_intent_and_an_action() -> None:
    domain = yaml.safe_load((ROOT / "nlu_data" / "domain.yml").read_text(encoding="utf-8"))
    titles = meanings()["titles"]
    assert set(titles) <= set(domain["intents"]) and set(titles) <= set(ACTION_OF_MEANING)
    assert all(set(each) == {"vi", "en"} and all(map(str.strip, each.values())) for each in titles.values())
    said = [title(intent, language) for intent in titles for language in ("vi", "en")]
    assert len(set(said)) == len(said)
    assert set(meanings()["usual"]) <= set(titles)
    assert set(meanings()) == {"titles", "usual"}


@pytest.mark.parametrize(
    ("reply", "intent"),
    [
        ("1", "ask_plan"),
        ("3.", "help"),
        ("Đăng ký mô hình", "register_model"),
        ("dang ky mo hinh", "register_model"),
        ("“Register a model”", "register_model"),
        ("ask about a PLAN", "ask_plan"),
    ],
)
def test_a_meaning_is_chosen_by_its_number_or_its_title(reply: str, intent: str) -> None:
    assert OFFER.chosen(reply) == intent


@pytest.mark.parametrize("reply", ["4", "0", "12", "", "?", "đăng ký mô hình kinh tế", "Chọn kế hoạch", "không"])
def test_anything_else_chooses_none(reply: str) -> None:
    assert OFFER.chosen(reply) is None


def test_an_offer_comes_back_out_of_its_slot() -> None:
    assert read_offer(OFFER.as_slot()) == OFFER


@pytest.mark.parametrize("slot", [None, "", [], "ask_plan", 3])
def test_another_slot_holds_no_offer(slot: object) -> None:
    assert read_offer(slot) is None


def test_what_an_earlier_version_offered_and_this_one_does_not_is_left_out() -> None:
    assert read_offer({"words": "x", "intents": ["gone", "help"]}) == Offer("x", ("help",))


@pytest.mark.parametrize(
    ("ranking", "offered"),
    [
        (["register_model", "ask_plan", "help"], ("register_model", "ask_plan", "help")),
        (["register_model", "resume", "list_registrations"], ("register_model", "resume", "ask_plan")),
        (["out_of_scope", "greet", "choose_plan"], ("choose_plan", "ask_plan", "register_model")),
        ([], tuple(meanings()["usual"])),
    ],
)
def test_the_likeliest_are_offered_and_always_a_question(ranking: list[str], offered: tuple[str, ...]) -> None:
    assert likeliest(ranking) == offered
    assert len(offered) <= MOST
