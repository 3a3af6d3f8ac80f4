import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.corpus import Plan
from knowledge.current_bodies import FILE_NAME, load_current_bodies, notes_for
from knowledge.facts import draw_facts
from knowledge.reading import UnreadablePlan

ROW = "{names: [Sở Nội vụ], since: 2027, known_on: 2027-03-01, vi: Đã đổi tên., en: Renamed.}"
WORDING = 'wording: {vi: "({known_on}) {note}", en: "({known_on}) {note}"}'


@pytest.mark.parametrize(
    ("plan_id", "unit", "said"),
    [
        ("backan-vp-2023", "Phòng Hành chính tổ chức - Quản trị tài vụ", ["Thái Nguyên"]),
        ("backan-vp-2024", "Văn phòng", ["Thái Nguyên"]),
        ("yenbai-duk-2023", "Ban Tuyên giáo Đảng ủy Khối", ["kết thúc hoạt động", "Lào Cai"]),
        ("honglinh-2023", "Phòng Nội vụ", ["thị xã Hồng Lĩnh"]),
        ("honglinh-2023", "Ban Dân vận Thị uỷ", ["Ban Tuyên giáo và Dân vận", "thị xã Hồng Lĩnh"]),
        ("caobang-2023", "Sở Nội vụ", []),
        ("caobang-2023", "Sở Thông tin và Truyền thông, Báo Cao Bằng", ["Khoa học và Công nghệ"]),
        ("caobang-2023", "Các Sở, ban, ngành tỉnh; Ủy ban nhân dân các huyện, thành phố", ["không còn cấp huyện"]),
        ("caobang-2023", None, []),
        ("honglinh-2023", "", []),
    ],
)
def test_what_has_become_of_a_body(plan_id: str, unit: str | None, said: list[str], plans: Mapping[str, Plan]) -> None:
    notes = notes_for(plans[plan_id], unit)
    assert len(notes) == len(said)
    assert all(words in note for words, note in zip(said, notes, strict=True))


def test_a_note_is_dated_and_marked_as_not_of_the_plan(plans: Mapping[str, Plan]) -> None:
    for plan in plans.values():
        for duty in draw_facts(plan).duties:
            for note in notes_for(plan, duty.unit):
                assert note.startswith("Ngoài kế hoạch") and "21/11/2026" in note and "cơ quan tự cập nhật" in note
            for note in notes_for(plan, duty.unit, "en"):
                assert note.startswith("Not part of the plan") and "21/11/2026" in note


def test_every_change_is_dated_and_said_in_both_languages() -> None:
    table = load_current_bodies()
    assert len(table.changes) == 7
    for change in table.changes:
        assert re.fullmatch(r"2025(-\d\d-\d\d)?", change.since)
        assert "2025" in change.note["vi"] and "2025" in change.note["en"]
        assert change.names or change.places


def test_the_offices_own_table_replaces_the_shipped_one(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    assert load_current_bodies(tmp_path) == load_current_bodies()
    (tmp_path / FILE_NAME).write_text(f"{WORDING}\nbodies:\n  - {ROW}\n", encoding="utf-8")
    table = load_current_bodies(tmp_path)
    assert table.notes_for(plans["caobang-2023"], "sở nội vụ") == ("(01/03/2027) Đã đổi tên.",)
    assert table.notes_for(plans["backan-vp-2023"], "Văn phòng") == ()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (f"{WORDING}\nbodies:\n  - {{names: [x], since: 2027, vi: a, en: b}}", "row 1 of `bodies` has no `known_on`"),
        (f"{WORDING}\nbodies:\n  - {ROW}\n  - {{since: 2027, known_on: soon, vi: a, en: b}}", "row 2"),
        (f"bodies:\n  - {ROW}", "wording"),
        ("[]", "current_bodies.yml"),
        ("bodies: [", "YAML"),
    ],
)
def test_a_wrong_table_is_named(content: str, named: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadablePlan, match=re.escape(named)):
        load_current_bodies(tmp_path)
