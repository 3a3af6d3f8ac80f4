"""Reading the value of a field, by kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.registration.form import form_of
from actions.registration.values import ERRORS, Value, fits, read_value, show_value
from knowledge.corpus import load_plans

FORM = form_of(load_plans()["yenbai-duk-2023"])


@pytest.mark.parametrize(
    ("field", "message", "value"),
    [
        ("unit_name", "  Chi bộ\n Văn   phòng\u200b ", "Chi bộ Văn phòng"),
        ("unit_name", "Chi bo\u0323\u0302 Hoà Bình", "Chi bộ Hoà Bình"),
        ("model_name", "=1+1 <b>x</b> {y} /restart", "=1+1 <b>x</b> {y} /restart"),
        ("unit_type", "chi bo", "grassroots_party_cell"),
        ("unit_type", "3", "grassroots_party_cell"),
        ("unit_type", "chọn số 3", "grassroots_party_cell"),
        ("unit_type", "Công đoàn cơ sở", "mass_organization"),
        ("unit_type", "đơn vị tôi là đảng bộ cơ sở ạ", "grassroots_party_committee"),
        ("unit_type", "grassroots_party_cell", "grassroots_party_cell"),
        ("registration_type", "mới", "new"),
        ("registration_type", "duy tri", "maintained"),
        ("field", "vhxh", "culture_society"),
        ("field", "QP-AN", "defence_security"),
        ("field", "lĩnh vực xây dựng đảng", "political_system"),
        ("scale", "tap the", "collective"),
        ("quantity", "hai mô hình?", 2),
        ("start_period", "quý II", "2023-Q2"),
    ],
)
def test_values_are_read(field: str, message: str, value: Value) -> None:
    assert read_value(FORM.field(field), message, {}, 2023) == (value, None)


@pytest.mark.parametrize(
    ("field", "message", "error"),
    [
        ("unit_name", "", "text_empty"),
        ("unit_name", "\x00\x07\u200b", "text_empty"),
        ("unit_name", "😀😀", "text_no_letters"),
        ("unit_name", "123", "text_no_letters"),
        ("model_name", "a" * 301, "text_too_long"),
        ("model_name", "a" * 5000, "text_too_long"),
        ("unit_type", "", "text_empty"),
        ("unit_type", "phòng", "choice_unclear"),
        ("unit_type", "4", "choice_unclear"),
        ("unit_type", "0", "choice_unclear"),
        ("unit_type", "chi bộ trong đảng bộ", "choice_unclear"),
        ("scale", "không phải cá nhân", "choice_unclear"),
        ("scale", "😀", "choice_unclear"),
        ("quantity", "nhiều", "number_unclear"),
        ("completion_period", "quý I", "period_before_start"),
    ],
)
def test_bad_values_give_their_error(field: str, message: str, error: str) -> None:
    assert read_value(FORM.field(field), message, {"start_period": "2023-05"}, 2023) == (None, error)


@pytest.mark.parametrize("field", [f.name for f in FORM.fields])
@settings(deadline=None)
@given(message=st.text(max_size=400))
def test_whatever_is_accepted_fits_and_can_be_shown(field: str, message: str) -> None:
    asked = FORM.field(field)
    value, error = read_value(asked, message, {}, 2023)
    if value is None:
        assert error in ERRORS
    else:
        assert fits(asked, value, {})
        assert show_value(asked, value, "vi") and show_value(asked, value, "en")


def test_a_stored_value_that_no_longer_fits_is_noticed() -> None:
    assert not fits(FORM.field("unit_type"), "state_body", {})
    assert not fits(FORM.field("quantity"), "2", {})
    assert not fits(FORM.field("start_period"), "May", {})
    assert not fits(FORM.field("unit_name"), 3, {})
