from knowledge.answers import Answer, Citation
from knowledge.several import join

ONE = Citation("a", "I", "x", 0, 1)
TWO = Citation("b", "II", "y", 2, 3)
ANSWERED = Answer("answered", "Một.", ("a",), (ONE,))
OTHER = Answer("answered", "Hai.", ("b",), (TWO,))
SILENT = Answer("not_in_plan", "Không nêu.", ("a",), (), ("a",))
AWAY = Answer("off_topic", "Ngoài.")
UNCLEAR = Answer("clarify", "Hỏi lại.")


def test_one_text_and_all_citations_in_order() -> None:
    joined = join([ANSWERED, SILENT, Answer("answered", "Ba.", ("a",), (ONE, TWO))], "vi")
    assert (joined.outcome, joined.plan_ids, joined.citations) == ("answered", ("a",), (ONE, TWO))
    positions = [joined.text.index(words) for words in ("thứ nhất", "Một.", "thứ hai", "Không nêu.", "thứ ba", "Ba.")]
    assert positions == sorted(positions)
    assert not any(letter.isdigit() for letter in joined.text)


def test_more_than_one_plan_answering_is_per_plan() -> None:
    assert join([ANSWERED, OTHER], "vi").outcome == "answered_per_plan"
    assert join([Answer("answered_per_plan", "", ("a", "b")), SILENT], "en").outcome == "answered_per_plan"


def test_all_refused_is_the_refusal_of_the_first() -> None:
    assert join([SILENT, AWAY], "vi").outcome == "not_in_plan"
    assert join([AWAY, SILENT], "vi").outcome == "off_topic"


def test_a_part_to_ask_back_is_no_refusal() -> None:
    assert join([SILENT, UNCLEAR], "vi").outcome == "clarify"


def test_the_same_reply_is_given_once() -> None:
    assert join([AWAY, AWAY], "en").text == "Ngoài."
