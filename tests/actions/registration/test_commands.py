"""What a message is: a command as a whole, a correction, a question."""

import pytest

from actions.registration.commands import commands_in, edit_in, question_grade, slips_in, words
from actions.registration.form import form_of
from actions.registration.values import ways_of
from knowledge.corpus import load_plans
from knowledge.vietnamese import unmark

FORM = form_of(load_plans()["yenbai-duk-2023"])


def test_every_word_of_the_lists_is_a_text() -> None:
    def leaves(node: object) -> list[object]:
        if isinstance(node, dict):
            return [leaf for value in node.values() for leaf in leaves(value)]
        return [leaf for value in node for leaf in leaves(value)] if isinstance(node, list) else [node]

    found = leaves(words())
    assert len(found) > 200
    assert [leaf for leaf in found if not isinstance(leaf, str)] == []


@pytest.mark.parametrize("command", words()["commands"])
def test_every_command_is_understood_with_and_without_marks(command: str) -> None:
    for phrase in words()["commands"][command]:
        assert command in commands_in(phrase)
        assert command in commands_in(unmark(phrase).upper() + " .")


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ("dạ đồng ý ạ", "confirm"),
        ("có, tôi đồng ý", "confirm"),
        ("đúng rồi, cảm ơn", "confirm"),
        ("vâng, hủy giúp tôi", "cancel"),
        ("đúng, gửi đi", "submit"),
        ("không, quay lại", "back"),
        ("quay lại, hủy", None),
        ("Đúng, đủ, đẹp", None),
        ("huỷ", "cancel"),
        ("hủy", "cancel"),
        ("huy", "cancel"),
        ("  HUỶ  !!! ", "cancel"),
        ("tại sao?", "why"),
        ("cho tôi quay lại", "back"),
        ("lựu", None),
        ("Lưu giữ nghề dệt", None),
        ("Hủy bỏ hủ tục lạc hậu", None),
        ("“Lưu”", None),
        ("Chi bộ Tiếp tục", None),
        ("", None),
        ("😀😀", None),
    ],
)
def test_a_command_is_the_whole_message(message: str, command: str | None) -> None:
    found = commands_in(message)
    assert (command in found) if command else not found


@pytest.mark.parametrize(
    ("message", "field", "value"),
    [
        ("sửa 3", "registration_type", None),
        ("sửa mục 3", "registration_type", None),
        ("sua muc so 10", "completion_period", None),
        ("sửa tên mô hình", "model_name", None),
        ("sua ten mo hinh", "model_name", None),
        ("đổi số lượng thành 2", "quantity", "2"),
        ("sửa lại số lượng là hai", "quantity", "hai"),
        ("sửa 6: 4", "quantity", "4"),
        ("sửa tên mô hình thành Một cửa Thân thiện", "model_name", "Một cửa Thân thiện"),
        ("change quantity to 2", "quantity", "2"),
        ("edit no 5", "model_name", None),
    ],
)
def test_a_correction_names_a_field_and_perhaps_a_value(message: str, field: str, value: str | None) -> None:
    edit = edit_in(message, FORM)
    assert edit is not None
    assert (edit.field, edit.value) == (field, value)


@pytest.mark.parametrize("message", ["sửa 15", "sửa 0", "Sửa đường giao thông nông thôn", "đổi mới sáng tạo"])
def test_a_correction_of_what_is_no_field_has_no_field(message: str) -> None:
    edit = edit_in(message, FORM)
    assert edit is not None and edit.field is None


@pytest.mark.parametrize("message", ["Chi bộ Văn phòng", "", "3", "mô hình sửa đường"])
def test_other_messages_are_no_corrections(message: str) -> None:
    assert edit_in(message, FORM) is None


@pytest.mark.parametrize(
    ("message", "grade"),
    [
        ("đơn vị nào theo dõi các mô hình?", "sure"),
        ("đơn vị nào theo dõi các mô hình", "sure"),
        ("don vi nao theo doi cac mo hinh", "sure"),
        ("hạn báo cáo năm là khi nào", "sure"),
        ("han bao cao nam la khi nao", "sure"),
        ("chi bộ phải đăng ký bao nhiêu mô hình", "sure"),
        ("ai ký kế hoạch", "sure"),
        ("what is the annual report deadline", "sure"),
        ("có phải nộp báo cáo không", "sure"),
        ("Một cửa thân thiện?", "maybe"),
        ("Vì sao dân tin?", "maybe"),
        ("thời tiết hôm nay thế nào?", "sure"),
        ("Không ai bị bỏ lại", "no"),
        ("Ai khó có dân vận", "maybe"),
        ("Thôn 3 không", "maybe"),
        ("chi bộ cần đăng ký mấy mô hình", "maybe"),
        ("Ai cũng là cán bộ dân vận", "no"),
        ("“Dân cần gì?”", "no"),
        ("Khu phố không rác thải", "no"),
        ("Đầu tư cho tương lai", "no"),
        ("dau tu cho tuong lai", "no"),
        ("Chi bộ Văn phòng", "no"),
        ("Phòng Hành chính", "no"),
        ("Theo dõi sức khỏe người cao tuổi", "no"),
        ("", "no"),
    ],
)
def test_questions_are_told_from_names(message: str, grade: str) -> None:
    assert question_grade(message) == grade


@pytest.mark.parametrize(
    ("message", "free_text", "command"),
    [
        ("quya lại", False, "back"),
        ("quay lài", True, "back"),
        ("bỏ wua", False, "skip"),
        ("lưu laij", True, "save"),
        ("tại sau", True, "why"),
        ("tiep tucj", True, "resume"),
        ("Tiep Tucj", True, None),
        ("năm sau", False, None),
        ("nam sau", False, None),
        ("huyr", False, None),
        ("quay lại", False, None),
        ("“quya lại”", True, None),
        ("Lưu giữ nghề dệt", True, None),
        ("", True, None),
    ],
)
def test_a_slip_in_a_command_is_forgiven(message: str, free_text: bool, command: str | None) -> None:
    assert slips_in(message, free_text=free_text) == (frozenset({command}) if command else frozenset())


def test_no_value_of_a_closed_field_is_a_slip_in_a_command() -> None:
    for field in FORM.fields:
        for option in field.options:
            for way in ways_of(option):
                assert slips_in(way, free_text=False) == frozenset(), way
                assert slips_in(unmark(way), free_text=False) == frozenset(), way


@pytest.mark.parametrize(
    ("message", "field"), [("sủa 5", "model_name"), ("sưa tên", "model_name"), ("đôi quy mô", "scale")]
)
def test_a_slip_in_a_correction_is_forgiven_where_a_field_follows(message: str, field: str) -> None:
    edit = edit_in(message, FORM)
    assert edit is not None and (edit.field, edit.value) == (field, None)
    assert edit_in("sủa đường", FORM) is None
