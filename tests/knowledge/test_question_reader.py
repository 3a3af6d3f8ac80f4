from collections.abc import Mapping

import pytest

from knowledge.bank import Banked
from knowledge.corpus import Plan
from knowledge.question_reader import QuestionReader


@pytest.fixture(scope="module")
def reader(plans: Mapping[str, Plan]) -> QuestionReader:
    return QuestionReader(plans)


def test_a_question_of_the_bank_is_read_as_one_that_is_typed(reader: QuestionReader) -> None:
    typed = reader.rewrite(reader.stand_alone("han nop bc nam?", ()).text)
    assert reader.read_banked(Banked("p", "han nop bc nam?", "unmarked", 0)) == typed
    assert "báo cáo năm" in typed.to_embed


def test_a_follow_up_of_the_bank_stands_alone(reader: QuestionReader) -> None:
    history = ("Báo cáo 6 tháng nộp trước ngày nào?",)
    read = reader.read_banked(Banked("p", "thế còn năm?", "follow_up", 0, history=history))
    assert read.to_embed == "Báo cáo năm nộp trước ngày nào?"


def test_english_is_embedded_as_it_is_and_looked_up_in_vietnamese(reader: QuestionReader) -> None:
    read = reader.rewrite("Which unit tracks the models?")
    assert read.to_embed == "Which unit tracks the models?"
    assert "theo dõi" in read.lexical
    assert reader.read("Which unit tracks the models?").asked.kind == "unit"


def test_names_of_plans_and_years_are_not_what_is_asked_for(reader: QuestionReader) -> None:
    asked = reader.read("Năm 2023 Cao Bằng ai theo dõi mô hình?").asked
    assert not {"cao", "bằng", "2023"} & set(asked.words)
    assert {"dõi", "mô", "hình"} <= set(asked.words)


def test_a_follow_up_is_read_in_several_ways(reader: QuestionReader) -> None:
    history = ("Báo cáo 6 tháng nộp trước ngày nào?",)
    standing = reader.stand_alone("thế còn năm?", history)
    read = [reading.forms.to_embed for reading in reader.readings("thế còn năm?", history, standing)]
    assert read == [
        "Báo cáo năm nộp trước ngày nào?",
        "Báo cáo 6 tháng nộp trước ngày nào? thế còn năm?",
        "thế còn năm?",
    ]


def test_a_short_message_is_read_with_what_was_said_before(reader: QuestionReader) -> None:
    history = ("Hộ nghèo được liên kết với doanh nghiệp à?",)
    standing = reader.stand_alone("bằng cách nào?", history)
    assert any("Hộ nghèo" in r.forms.to_embed for r in reader.readings("bằng cách nào?", history, standing))


def test_a_message_that_says_enough_is_read_alone(reader: QuestionReader) -> None:
    long = "Phòng Hành chính tổ chức có trách nhiệm tổng hợp báo cáo kết quả thực hiện mô hình thế nào?"
    for history in ((), ("Ai ký kế hoạch?",)):
        assert len(reader.readings(long, history, reader.stand_alone(long, history))) == 1
