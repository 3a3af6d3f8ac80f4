import re

import pytest

from bot.commands import meaning
from bot.reminders.reading import KINDS, Request, read_request, words
from tests.bot.reminders.reminding_office import PLANS

SHOW = Request("show")


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("nhắc tôi", SHOW),
        ("nhac toi", SHOW),
        ("Nhắc em với ạ", SHOW),
        ("lời nhắc của tôi", SHOW),
        ("tôi được nhắc những gì", SHOW),
        ("remind me", SHOW),
        ("my reminders", SHOW),
        ("nhắc tôi nộp báo cáo", SHOW),
        ("Nhắc tôi trước 3 ngày", Request("set", days=(3,))),
        ("nhắc trước 7 ngày, 1 ngày", Request("set", days=(7, 1))),
        ("nhắc trước 1 và 7 ngày nhé", Request("set", days=(7, 1))),
        ("tôi muốn được nhắc trước mười ngày", Request("set", days=(10,))),
        ("nhắc tôi trước hai tuần", Request("set", days=(14,))),
        ("nhắc tôi kế hoạch Hồng Lĩnh", Request("set", ("honglinh-2023",))),
        ("nhac toi ke hoach hong linh", Request("set", ("honglinh-2023",))),
        ("nhắc tôi hạn báo cáo năm 2023 của Cao Bằng trước một tuần", Request("set", ("caobang-2023",), days=(7,))),
        ("nhắc tôi tất cả kế hoạch", Request("set", everything=True)),
        ("remind me of all plans", Request("set", everything=True)),
        ("remind me 3 days before", Request("set", days=(3,))),
        ("nhắc trước 0 ngày", Request("ask_days", days=(0,))),
        ("nhắc trước 61 ngày", Request("ask_days", days=(61,))),
        ("nhắc trước 1, 2, 3, 4, 5, 6 ngày", Request("ask_days", days=(6, 5, 4, 3, 2, 1))),
        ("bỏ nhắc", Request("stop")),
        ("bo nhac", Request("stop")),
        ("đừng nhắc tôi nữa", Request("stop")),
        ("tắt nhắc kế hoạch Hồng Lĩnh", Request("stop", ("honglinh-2023",))),
        ("stop reminders", Request("stop")),
        ("bỏ nhắc bản nháp", Request("drafts_off")),
        ("không nhắc bản nháp nữa", Request("drafts_off")),
        ("stop reminding me of drafts", Request("drafts_off")),
        ("nhắc bản nháp", Request("drafts_on")),
        ("tệp lịch", Request("calendar")),
        ("gửi tôi tệp lịch kế hoạch Hồng Lĩnh", Request("calendar", ("honglinh-2023",))),
        ("cho tôi file .ics", Request("calendar")),
        ("calendar file", Request("calendar")),
    ],
)
def test_a_request_is_read(text: str, request_: Request) -> None:
    assert read_request(text, PLANS) == request_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nhắc tôi hạn báo cáo là khi nào?",
        "Nhạc truyền thống",
        "dùng nhạc dân tộc",
        "dung nhac dan toc",
        "Nhắc nhau giữ gìn vệ sinh",
        "Tổ tự quản nhắc nợ",
        "hủy",
        "đăng ký mô hình",
        "trước 3 ngày",
        "lịch sử địa phương",
        "xin chào",
        "nhắc tôi " + "rất " * 30 + "nhiều",
    ],
)
def test_anything_else_is_left_to_the_assistant(text: str) -> None:
    assert read_request(text, PLANS) is None


def test_the_command_asks_for_the_reminders() -> None:
    assert read_request(meaning("/nhac") or "", PLANS) == SHOW


def test_the_words_are_whole() -> None:
    assert set(words()["asks"]) == set(KINDS) - {"ask_days"}
    for patterns in words()["asks"].values():
        assert patterns and all(re.compile(words()["polite"] + each) for each in patterns)
