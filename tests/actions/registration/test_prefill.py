"""What a first message surely gives, what it does not, and that questions give nothing."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.form import form_of
from actions.registration.prefill import LONGEST, prefill, prefill_in_passing
from actions.registration.sentence_pieces import prefill_words, read_sentence
from actions.registration.values import fits
from knowledge.corpus import load_plans
from knowledge.vietnamese import unmark

PLANS = load_plans()
FORM = form_of(PLANS["yenbai-duk-2023"])
QUESTIONS = Path(__file__).parents[2] / "knowledge" / "questions" / "tune.yml"
WHOLE = (
    "tôi là chi bộ Văn phòng, muốn đăng ký 1 mô hình kinh tế tên 'Một cửa thân thiện' từ tháng 5 đến tháng 11 "
    "tại phòng Hành chính, tập thể, làm mới"
)
ALL_TEN = {
    "unit_name": "Chi bộ Văn phòng",
    "unit_type": "grassroots_party_cell",
    "registration_type": "new",
    "field": "economy",
    "model_name": "Một cửa thân thiện",
    "quantity": 1,
    "start_period": "2023-05",
    "location": "Phòng Hành chính",
    "scale": "collective",
    "completion_period": "2023-11",
}


def test_everything_is_taken_from_one_sentence() -> None:
    assert prefill(WHOLE, FORM) == ALL_TEN


def test_the_same_without_marks_and_capitals() -> None:
    taken = prefill(unmark(WHOLE).lower(), FORM)
    assert taken == ALL_TEN | {
        "unit_name": "Chi bo van phong",
        "model_name": "Mot cua than thien",
        "location": "Phong hanh chinh",
    }


@pytest.mark.parametrize(
    ("message", "taken"),
    [
        (
            "I am from Office party cell, I want to register 1 economy model called 'Friendly desk' from May to "
            "November at Administration office, collective",
            {
                "unit_name": "Office party cell",
                "unit_type": "grassroots_party_cell",
                "field": "economy",
                "model_name": "Friendly desk",
                "quantity": 1,
                "start_period": "2023-05",
                "location": "Administration office",
                "scale": "collective",
                "completion_period": "2023-11",
            },
        ),
        (
            "Chi bộ Văn phòng đăng ký 02 mô hình về lĩnh vực văn hóa - xã hội, quý II đến quý IV/2023",
            {
                "unit_name": "Chi bộ Văn phòng",
                "unit_type": "grassroots_party_cell",
                "field": "culture_society",
                "quantity": 2,
                "start_period": "2023-Q2",
                "completion_period": "2023-Q4",
            },
        ),
        (
            "thay mặt Đảng bộ Sở Xây dựng, tôi đăng ký duy trì 3 mô hình xây dựng hệ thống chính trị",
            {
                "unit_name": "Đảng bộ Sở Xây dựng",
                "unit_type": "grassroots_party_committee",
                "registration_type": "maintained",
                "field": "political_system",
                "quantity": 3,
            },
        ),
        ("Đảng bộ chúng tôi đăng ký hai mô hình", {"quantity": 2}),
        (
            'em ở phòng Nội vụ ạ, đăng ký giúp em mô hình tên "Ngày thứ Bảy vì dân" nhé',
            {"unit_name": "Phòng Nội vụ", "model_name": "Ngày thứ Bảy vì dân"},
        ),
        (
            "Loại đơn vị: đoàn thể\nTên mô hình: Mái ấm công đoàn\nSố lượng: 1\nĐịa điểm: Sở Y tế\nQuy mô: cá nhân",
            {
                "unit_type": "mass_organization",
                "model_name": "Mái ấm công đoàn",
                "quantity": 1,
                "location": "Sở Y tế",
                "scale": "individual",
            },
        ),
    ],
)
def test_what_is_surely_there_is_taken(message: str, taken: dict[str, object]) -> None:
    assert prefill(message, FORM) == taken


@pytest.mark.parametrize(
    "message",
    [
        "đăng ký mô hình",
        "tôi muốn đăng ký một mô hình",
        "toi muon dang ky mot mo hinh",
        "I want to register a model",
        "đăng ký mô hình mới",
        "đăng ký theo kế hoạch Yên Bái",
        "đăng ký theo kế hoạch của Đảng ủy Khối",
        "chi bộ tôi muốn đăng ký mô hình",
        "Hội Phụ nữ xã đăng ký mô hình thu gom rác thải nhựa",
        "Đoàn Thanh niên muốn đăng ký một điển hình Dân vận khéo",
        "chi bộ văn phòng phải đăng ký mấy mô hình?",
        "chi bộ văn phòng phải đăng ký mấy mô hình",
        "muốn đăng ký mô hình “Dân vận khéo”",
        "Chi bộ Văn phòng",
        "Chi bộ Văn phòng, Sở Nội vụ",
        "",
    ],
)
def test_what_is_not_sure_or_asks_is_not_taken(message: str) -> None:
    assert prefill(message, FORM) == {}


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("đăng ký 1 mô hình kinh tế hoặc văn hóa", "field"),
        ("muốn đăng ký 1 mô hình kinh tế tập thể", "field"),
        ("muốn đăng ký 1 mô hình kinh tế tập thể", "scale"),
        ("muốn đăng ký 2 mô hình văn hóa công sở", "field"),
        ("đăng ký 1 mô hình tên Nói, làm, vì dân", "model_name"),
        ("đăng ký mô hình tên Một cửa tại phòng Hành chính", "model_name"),
        ("đăng ký 1 mô hình từ tháng 5/2024", "start_period"),
        ("đăng ký 1 mô hình từ tháng 9 đến tháng 5", "completion_period"),
        ("đăng ký 1 mô hình, hoàn thành trước tháng 11", "completion_period"),
        ("đăng ký 1 mô hình cho chi bộ 5 tại Hà Nội", "unit_name"),
        ("chi bộ 5 mô hình kinh tế", "quantity"),
        ("đăng ký 1 mô hình tại phòng Hành chính, Sở Y tế", "location"),
        ("đăng ký 1 mô hình, số lượng 2", "quantity"),
    ],
)
def test_what_could_be_meant_otherwise_is_left_to_be_asked(message: str, name: str) -> None:
    assert name not in prefill(message, FORM)


def test_the_types_of_units_are_those_of_the_plan() -> None:
    message = "tôi là chi bộ Văn phòng, đăng ký 1 mô hình"
    assert "unit_type" not in prefill(message, form_of(PLANS["caobang-2023"]))


def test_in_passing_only_a_message_with_more_than_one_answer_counts() -> None:
    assert prefill_in_passing("Chi bộ Văn phòng", FORM) == {}
    assert prefill_in_passing("Công đoàn Trường Trung học phổ thông Lý Thường Kiệt", FORM) == {}
    assert prefill_in_passing("Chi bộ Tài vụ, đăng ký 1 mô hình kinh tế", FORM).keys() == {
        "unit_name",
        "unit_type",
        "field",
        "quantity",
    }


def test_no_question_about_a_plan_registers_anything() -> None:
    questions = [entry["question"] for entry in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))]
    assert len(questions) > 100
    for question in questions:
        for said in (question, unmark(question), question.rstrip(" ?")):
            assert prefill_in_passing(said, FORM) == {}, said
            assert len(prefill(said, FORM)) < 2, said


words = st.sampled_from(
    [*WHOLE.split(), *unmark(WHOLE).split(), ",", ":", "\n", "“", "”", "'", "?", "=", ".", "quý IV", "2/2023", "\ue000"]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(words, max_size=40).map(" ".join)))
def test_any_text_gives_only_values_that_fit(message: str) -> None:
    taken = prefill(message, FORM)
    assert list(taken) == [field.name for field in FORM.fields if field.name in taken]
    assert all(fits(FORM.field(name), value, taken) for name, value in taken.items())


def test_a_very_long_text_gives_nothing_and_costs_little() -> None:
    assert prefill("đăng ký 1 mô hình, " * LONGEST, FORM) == {}


def test_the_words_are_texts_and_every_kind_is_a_field_or_known() -> None:
    kinds = {kind.split("_if_")[0] for kind in prefill_words()["cues"]}
    assert kinds <= {field.name for field in FORM.fields} | {"wish", "model", "plan"}
    for listed in [*prefill_words()["cues"].values(), *(v for k, v in prefill_words().items() if k != "cues")]:
        assert listed and all(isinstance(word, str) for word in listed)


def test_a_sentence_is_cut_at_cues_and_separators() -> None:
    pieces = read_sentence('đăng ký 1 mô hình kinh tế tên "Một, hai", tập thể').pieces
    assert [(piece.kind, piece.then, piece.break_after) for piece in pieces] == [
        ("wish", "amount", ""),
        ("amount", "model", ""),
        ("model", "model_name", ""),
        ("model_name", "", ","),
        ("", "", ""),
    ]
    assert pieces[3].is_quoted
