from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.corpus import Plan
from knowledge.reading import UnreadablePlan
from knowledge.taking_in import describe, take_in

NEW = """ỦY BAN NHÂN DÂN
XÃ TÂN LẬP
Tân Lập, ngày 10 tháng 02 năm 2025
KẾ HOẠCH
Thực hiện phong trào thi đua “Dân vận khéo” năm 2025
Thực hiện Kế hoạch số 12/KH-UBND của Ủy ban nhân dân huyện, Ủy ban nhân dân xã xây dựng kế hoạch như sau:
I. MỤC ĐÍCH
1. Nâng cao nhận thức của cán bộ.
III. TỔ CHỨC THỰC HIỆN
1. Văn phòng: Theo dõi, đôn đốc các mô hình; báo cáo năm trước ngày 05/12.
"""


def test_a_new_plan_is_read_and_described(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "Kế hoạch Tân Lập 2025.md"
    file.write_text(NEW, encoding="utf-8")
    plan, doubts = take_in(file, None, tmp_path / "added", plans)
    assert plan.id == "ke-hoach-tan-lap-2025"
    assert (plan.year, plan.place) == (2025, "Tân Lập")
    assert plan.title.startswith("Thực hiện phong trào thi đua")
    assert "section II is missing" in doubts
    assert plan.clause("III › 1") is not None


def test_corrections_survive_taking_in_again(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file, folder = tmp_path / "tan-lap.txt", tmp_path / "added"
    file.write_text(NEW, encoding="utf-8")
    take_in(file, "tan-lap", folder, plans)
    description = folder / "tan-lap.yml"
    description.write_text(
        description.read_text(encoding="utf-8").replace("place: Tân Lập", "place: Tân Lập Đông"), "utf-8"
    )
    assert take_in(file, "tan-lap", folder, plans)[0].place == "Tân Lập Đông"


def test_what_the_text_does_not_say_is_doubted(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Kính gửi các đồng chí, xin gửi lời chào.", encoding="utf-8")
    plan, doubts = take_in(file, None, tmp_path / "added", plans)
    assert any("no numbered sections" in doubt for doubt in doubts)
    assert sum("fill it in" in doubt for doubt in doubts) == 4
    assert plan.registration == {"accepts": False}


def test_the_same_text_under_two_names_is_refused(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "again.txt"
    file.write_text(plans["honglinh-2023"].text, encoding="utf-8")
    with pytest.raises(UnreadablePlan, match="honglinh-2023"):
        take_in(file, None, tmp_path / "added", plans)
    assert not (tmp_path / "added").exists()


def test_a_bad_id_is_refused(tmp_path: Path, plans: Mapping[str, Plan]) -> None:
    file = tmp_path / "a.txt"
    file.write_text(NEW, encoding="utf-8")
    with pytest.raises(UnreadablePlan, match="--id"):
        take_in(file, "../../etc", tmp_path / "added", plans)


def test_the_real_plans_are_described_as_a_person_did(plans: Mapping[str, Plan]) -> None:
    years = {plan_id: describe(plan.text).year for plan_id, plan in plans.items()}
    assert years == {plan_id: plan.year for plan_id, plan in plans.items()}
