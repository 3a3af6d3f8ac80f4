"""What stands on a paper: the official table, the one beside it, head, date, notes, signature."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.registration.papers.composing import plan_paper, unit_paper
from actions.registration.papers.paper import Cell, PaperTable
from actions.registration.units import Unit, Units
from tests.actions.registration.papers.samples import (
    BAC_KAN,
    CAO_BANG,
    FORMS,
    NOW,
    PLANS,
    YEN_BAI,
    registered,
)

FIELDS = ("economy", "culture_society", "defence_security", "political_system")


def rows(table: PaperTable, kind: str) -> list[tuple[Cell, ...]]:
    return [row.cells for row in table.rows if row.kind == kind]


def test_the_official_table_has_the_form_s_own_words() -> None:
    (table,) = unit_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    assert table.title == ("ĐĂNG KÝ XÂY DỰNG MỚI CÁC MÔ HÌNH “DÂN VẬN KHÉO” NĂM 2023",)
    assert [(column.number, column.heading) for column in table.columns] == [
        (1, "Stt"),
        (2, "Tên mô hình"),
        (3, "Số lượng"),
        (4, "Thời gian xây dựng"),
        (5, "Địa điểm triển khai"),
        (6, "Quy mô thực hiện"),
        (7, "Thời gian hoàn thành"),
    ]
    assert [cells[:2] for cells in rows(table, "group")] == [
        ("I", "Lĩnh vực phát triển kinh tế"),
        ("II", "Lĩnh vực văn hóa - xã hội"),
        ("III", "Lĩnh vực quốc phòng - an ninh"),
        ("IV", "Lĩnh vực xây dựng hệ thống chính trị"),
    ]
    assert table.notes == (
        "Ghi chú:",
        "(2): Tên mô hình (Trên từng lĩnh vực sau: KT; VHXH, QPAN, XDHTCT)",
        "(3): Số lượng (1,2,3…)",
        "(4): Thời gian xây dựng (tháng, quý)",
        "(5): Địa điểm triển khai (phòng, ban, bộ phận…)",
        "(6): Quy mô thực hiện (Cá nhân, tập thể)",
        "(7): Thời gian hoàn thành (tháng, quý)",
    )


def test_its_words_are_read_from_the_plan() -> None:
    plan = PLANS[YEN_BAI]
    changed = replace(plan, text=plan.text.replace("\tQuy mô thực hiện\n", "\tQuy mô của mô hình\n"))
    (table,) = unit_paper([registered()], FORMS[YEN_BAI], changed, NOW).tables
    assert table.columns[5].heading == "Quy mô của mô hình"


def test_a_model_fills_its_row() -> None:
    (table,) = unit_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    assert rows(table, "model") == [
        (1, "Một cửa thân thiện", 1, "Tháng 5/2023", "Phòng Hành chính", "Tập thể", "Quý IV/2023")
    ]
    assert rows(table, "total") == [("", "Tổng số", 1, "", "", "", "")]


def test_rows_are_numbered_within_their_group_and_counted() -> None:
    fields = ["economy", "political_system", "economy", "economy"]
    models = [registered(n, field=f, quantity=n, model_name=f"M{n}") for n, f in enumerate(fields, 1)]
    (table,) = unit_paper(models, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    shown = [(row.kind, *row.cells[:3]) for row in table.rows]
    assert shown == [
        ("total", "", "Tổng số", 10),
        ("group", "I", "Lĩnh vực phát triển kinh tế", 8),
        ("model", 1, "M1", 1),
        ("model", 2, "M3", 3),
        ("model", 3, "M4", 4),
        ("group", "II", "Lĩnh vực văn hóa - xã hội", 0),
        ("group", "III", "Lĩnh vực quốc phòng - an ninh", 0),
        ("group", "IV", "Lĩnh vực xây dựng hệ thống chính trị", 2),
        ("model", 1, "M2", 2),
    ]


@given(st.lists(st.tuples(st.sampled_from([*FIELDS, None]), st.sampled_from([None, 1, 7]), st.booleans()), min_size=1))
def test_totals_are_the_sums_of_their_rows(models: list[tuple[str | None, int | None, bool]]) -> None:
    registrations = [
        registered(n, field=f, quantity=q, registration_type="maintained" if old else "new")
        for n, (f, q, old) in enumerate(models, 1)
    ]
    paper = plan_paper(registrations, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    counted = 0
    for table in paper.tables:
        at = [column.field for column in table.columns].index("quantity")
        (total,) = rows(table, "total")
        groups, each = rows(table, "group"), rows(table, "model")
        assert total[at] == sum(int(cells[at]) for cells in groups) == sum(int(cells[at] or 0) for cells in each)
        counted += len(each)
    assert counted == len(models)


def test_what_was_skipped_stays_blank_and_a_model_without_field_has_its_place() -> None:
    skipped = registered(field=None, quantity=None, scale=None, location=None)
    (table,) = unit_paper([skipped], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    assert rows(table, "group")[-1][:3] == ("", "Chưa ghi lĩnh vực", 0)
    assert rows(table, "model") == [(1, "Một cửa thân thiện", "", "Tháng 5/2023", "", "", "Quý IV/2023")]


def test_maintained_models_stand_in_a_table_marked_as_not_of_the_form() -> None:
    both = [registered(1), registered(2, registration_type="maintained", quantity=3)]
    new, old = unit_paper(both, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    assert old.title == ("ĐĂNG KÝ DUY TRÌ CÁC MÔ HÌNH “DÂN VẬN KHÉO” NĂM 2023",)
    assert old.remarks == ("(Bảng này không thuộc biểu mẫu kèm theo kế hoạch)",)
    assert not any("không thuộc" in remark for remark in new.remarks)
    assert (rows(new, "total")[0][2], rows(old, "total")[0][2]) == (1, 3)
    assert new.notes and not old.notes


def test_alone_they_are_the_paper_with_the_mark_and_the_notes() -> None:
    old = registered(registration_type="maintained")
    (table,) = unit_paper([old], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    assert "DUY TRÌ" in table.title[0]
    assert any("không thuộc" in remark for remark in table.remarks)
    assert len(table.notes) == 7


def test_a_plan_without_a_form_says_so_and_has_the_general_headings() -> None:
    model = registered(plan_id=CAO_BANG, unit_type="state_body", unit_name="Sở Y tế")
    (table,) = unit_paper([model], FORMS[CAO_BANG], PLANS[CAO_BANG], NOW).tables
    assert any("không kèm biểu mẫu" in remark for remark in table.remarks)
    assert len(table.columns) == 7 and not table.notes
    assert not any("không thuộc" in remark for remark in table.remarks)


@pytest.mark.parametrize(
    ("plan_id", "unit_type", "name", "right", "above", "sign"),
    [
        (YEN_BAI, "grassroots_party_cell", "Chi bộ A", "ĐẢNG CỘNG SẢN VIỆT NAM", "ĐẢNG BỘ KHỐI", "T/M CHI BỘ"),
        (YEN_BAI, "grassroots_party_committee", "Đảng bộ B", "ĐẢNG CỘNG SẢN VIỆT NAM", "ĐẢNG BỘ KHỐI", "T/M ĐẢNG ỦY"),
        (YEN_BAI, "mass_organization", "Hội Cựu chiến binh Khối", "CỘNG HÒA XÃ HỘI", "", "TM. BAN CHẤP HÀNH"),
        (YEN_BAI, "mass_organization", "Đoàn Thanh niên Khối", "ĐOÀN TNCS HỒ CHÍ MINH", "", "TM. BAN CHẤP HÀNH"),
        (CAO_BANG, "state_body", "Sở Y tế", "CỘNG HÒA XÃ HỘI", "ỦY BAN NHÂN DÂN TỈNH CAO BẰNG", "THỦ TRƯỞNG ĐƠN VỊ"),
        (CAO_BANG, "state_body", "UBND huyện Hòa An", "CỘNG HÒA XÃ HỘI", "", "TM. ỦY BAN NHÂN DÂN"),
        (BAC_KAN, "grassroots_party_cell", "Chi bộ 3", "ĐẢNG CỘNG SẢN VIỆT NAM", "ĐẢNG BỘ …", "T/M CHI BỘ"),
        (BAC_KAN, "state_body", "Phòng Nội chính", "CỘNG HÒA XÃ HỘI", "VĂN PHÒNG UBND", "THỦ TRƯỞNG ĐƠN VỊ"),
    ],
)
def test_the_head_is_of_the_plan_and_the_unit(
    plan_id: str, unit_type: str, name: str, right: str, above: str, sign: str
) -> None:
    model = registered(plan_id=plan_id, unit_type=unit_type, unit_name=name)
    paper = unit_paper([model], FORMS[plan_id], PLANS[plan_id], NOW)
    assert paper.head.kind.right[0].text.startswith(right)
    assert paper.head.above.startswith(above) and bool(paper.head.above) == bool(above)
    assert paper.head.name == name.upper()
    assert paper.right.role == sign


def test_the_table_of_a_plan_is_of_the_office_that_collects() -> None:
    paper = plan_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    assert (paper.head.above, paper.head.name) == ("ĐẢNG ỦY KHỐI CƠ QUAN VÀ DOANH NGHIỆP TỈNH", "BAN TUYÊN GIÁO")
    assert paper.wide and paper.left is not None and not paper.copies
    assert paper.tables[0].title[0] == "BẢNG TỔNG HỢP"


def test_it_has_a_column_for_the_unit_which_the_form_does_not_number() -> None:
    (table,) = plan_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW).tables
    assert [column.number for column in table.columns] == [1, None, 2, 3, 4, 5, 6, 7]
    assert rows(table, "model")[0][:3] == (1, "Chi bộ Văn phòng", "Một cửa thân thiện")


def test_registrations_of_one_unit_stand_together_whatever_it_is_called() -> None:
    names = ["Chi bộ Văn phòng", "Chi bộ Thanh tra", "CB Văn phòng", "chi bo thanh tra"]
    models = [registered(n, unit_name=name) for n, name in enumerate(names, 1)]
    unit = Unit("Chi bộ Văn phòng", "grassroots_party_cell", (YEN_BAI,), ("CB Văn phòng",))
    (table,) = plan_paper(models, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW, Units([unit])).tables
    assert [cells[1] for cells in rows(table, "model")] == [names[1], names[3], names[0], names[2]]


@pytest.mark.parametrize(
    ("now", "date"),
    [
        (datetime(2023, 4, 5, 16, 59, tzinfo=UTC), "ngày 05 tháng 4 năm 2023"),
        (datetime(2023, 4, 5, 17, 0, tzinfo=UTC), "ngày 06 tháng 4 năm 2023"),
        (datetime(2023, 2, 28, 17, 0, tzinfo=UTC), "ngày 01 tháng 3 năm 2023"),
        (datetime(2023, 12, 31, 17, 0, tzinfo=UTC), "ngày 01 tháng 01 năm 2024"),
    ],
)
def test_the_date_is_of_now_in_vietnam(now: datetime, date: str) -> None:
    paper = unit_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], now)
    assert paper.head.date_line == f"Yên Bái, {date}"


def test_a_late_one_is_marked_and_the_mark_explained() -> None:
    paper = unit_paper([registered(1), registered(2, late=True)], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    assert [cells[0] for cells in rows(paper.tables[0], "model")] == [1, "2*"]
    assert paper.footnotes == (
        "Mã đăng ký: DVK-2023-0001, DVK-2023-0002.",
        "* Gửi quá hạn (kế hoạch yêu cầu gửi trước ngày 25/4/2023).",
    )
    form = replace(FORMS[YEN_BAI], deadline=None)
    undated = unit_paper([registered(late=True)], form, PLANS[YEN_BAI], NOW)
    assert undated.footnotes[-1] == "* Gửi quá hạn."


def test_many_references_are_counted() -> None:
    paper = plan_paper([registered(n) for n in range(1, 41)], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    assert paper.footnotes == ("Gồm 40 bản đăng ký, từ DVK-2023-0001 đến DVK-2023-0040.",)


def test_a_unit_writes_to_whom_the_plan_names() -> None:
    paper = unit_paper([registered()], FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    assert paper.addressee == "Kính gửi: Đảng ủy Khối (qua Ban Tuyên giáo)"
    assert paper.copies == ("Nơi nhận:", "- Như trên,", "- Lưu.")
    nobody = unit_paper([registered()], replace(FORMS[YEN_BAI], recipient=None), PLANS[YEN_BAI], NOW)
    assert nobody.addressee == ""


def test_composing_changes_nothing_and_gives_the_same_again() -> None:
    models = [registered(2, unit_name="B"), registered(1, unit_name="A")]
    first = plan_paper(models, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW)
    assert [model.reference for model in models] == ["DVK-2023-0002", "DVK-2023-0001"]
    assert plan_paper(models, FORMS[YEN_BAI], PLANS[YEN_BAI], NOW) == first
