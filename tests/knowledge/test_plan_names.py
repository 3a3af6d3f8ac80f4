from collections.abc import Mapping

import pytest

from knowledge.corpus import Plan
from knowledge.question_reader import QuestionReader


@pytest.fixture(scope="module")
def reader(plans: Mapping[str, Plan]) -> QuestionReader:
    return QuestionReader(plans)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Theo Kế hoạch “Dân vận khéo” năm 2023 của Văn phòng UBND tỉnh Bắc Kạn, ai ký?", "ai ký?"),
        ("KH DVK 2023 của ĐUK Yên Bái lưu ở đâu?", "kế hoạch lưu ở đâu?"),
        ("báo cáo năm của Hồng Lĩnh nộp khi nào?", "báo cáo năm nộp khi nào?"),
        ("hong linh nop bao cao qua phong nao", "nộp báo cáo qua phòng nào"),
        ("sở nội vụ Cao Bằng làm gì", "sở nội vụ làm gì"),
        ("In Hong Linh town's 2023 plan, who reports?", "who reports?"),
        ("Yen Bai bloc Party committee: where is it kept?", "where is it kept?"),
        ("VP UBND tỉnh BK 2023: ai ký", "ai ký"),
    ],
)
def test_the_name_of_the_plan_is_left_out(reader: QuestionReader, typed: str, read: str) -> None:
    assert reader.rewrite(typed).to_embed == read


@pytest.mark.parametrize(
    "typed",
    [
        "Kế hoạch số 168-KH/ĐUK ban hành ngày nào?",
        "Hai mô hình cấp Đảng ủy Khối là gì?",
        "Cổng thông tin điện tử tỉnh Cao Bằng đăng gì?",
        "Cao Bằng thì sao",
        "What must the units register?",
    ],
)
def test_a_name_that_is_part_of_what_is_asked_stays(reader: QuestionReader, typed: str) -> None:
    assert reader.rewrite(typed).to_embed == typed


def test_the_parent_body_is_not_the_plan_of_its_office(reader: QuestionReader) -> None:
    assert "Bắc Kạn" in reader.rewrite("UBND tỉnh Bắc Kạn ra kế hoạch số mấy?").to_embed
