from collections.abc import Iterator

import pytest
from icalendar import Calendar

from bot.memory.opening import Memory
from bot.memory.wishes import ALL, DRAFTS, Reachable
from bot.reminders.reminding import ENVELOPE
from tests.bot.memories import new_memory
from tests.bot.reminders.reminding_office import AN, VISITOR, Office


@pytest.fixture
def memory() -> Iterator[Memory]:
    opened = new_memory()
    yield opened
    opened.close()


@pytest.fixture
def office(memory: Memory) -> Office:
    return Office(memory)


def wished(office: Office, to: Reachable = AN) -> dict[str, tuple[int, ...]]:
    return {about: each.days for about, each in office.memory.wishes.of(to.person).items()}


def test_who_has_set_nothing_is_offered_the_plans_with_a_deadline_to_come(office: Office) -> None:
    offered = office.ask("nhắc tôi")
    assert [button.title for button in offered.buttons] == [
        "Nhắc: Yên Bái 2023",
        "Nhắc: Hồng Lĩnh 2023",
        "Nhắc: Cao Bằng 2023",
        "Nhắc tất cả kế hoạch",
    ]
    assert wished(office) == {}
    for button in offered.buttons:
        office.ask(button.payload)
    assert wished(office) == {ALL: (7, 1)}  # all plans take the place of the single ones
    assert offered.custom == ENVELOPE


def test_a_wish_is_set_for_seven_days_and_one_and_says_what_will_come(office: Office) -> None:
    said = office.ask("nhắc tôi kế hoạch Hồng Lĩnh")
    assert wished(office) == {"honglinh-2023": (7, 1)}
    assert "trước ngày cuối 7 ngày và 1 ngày" in said.text
    assert "Lần nhắc gần nhất: 02/06/2023 lúc 08:00." in said.text
    assert said.text.count("Ngày cuối") == 2 and "Yên Bái" not in said.text
    assert "Áp dụng cho" not in said.text  # who must, and to whom, is told by the reminder itself
    assert {cited.plan_id for cited in said.citations} == {"honglinh-2023"}


def test_the_days_of_what_is_set_can_be_changed(office: Office) -> None:
    office.ask("nhắc tôi kế hoạch Hồng Lĩnh")
    office.ask("nhắc trước 3 ngày")
    assert wished(office) == {"honglinh-2023": (3,)}
    office.ask("nhắc tôi kế hoạch Hồng Lĩnh")
    assert wished(office) == {"honglinh-2023": (3,)}
    office.ask("nhắc tôi kế hoạch Cao Bằng trước 14 ngày, 2 ngày")
    assert wished(office) == {"honglinh-2023": (3,), "caobang-2023": (14, 2)}


def test_days_alone_are_for_all_plans_where_nothing_is_set(office: Office) -> None:
    office.ask("nhắc trước 3 ngày")
    assert wished(office) == {ALL: (3,)}


def test_days_that_cannot_be_are_asked_again_and_set_nothing(office: Office) -> None:
    assert "từ 1 đến 60" in office.ask("nhắc trước 400 ngày").text
    assert wished(office) == {}


def test_a_deadline_whose_moments_are_over_is_said_to_be_so(office: Office) -> None:
    said = office.at(2023, 4, 24, 10).ask("nhắc tôi kế hoạch Yên Bái").text
    assert "Đã qua mốc nhắc" in said and "Lần nhắc gần nhất" not in said and "Các hạn sẽ được nhắc" not in said


def test_deadlines_that_have_passed_are_said_and_not_set(office: Office) -> None:
    said = office.at(2023, 10, 1, 9).ask("nhắc tôi kế hoạch Hồng Lĩnh").text
    assert "Hạn đã qua nên không nhắc:" in said
    assert said.index("24/11/2023; còn") < said.index("09/06/2023; đã qua")
    said = office.at(2026, 11, 21, 9).ask("nhắc tôi kế hoạch Cao Bằng").text
    assert said.startswith("Mọi hạn của Cao Bằng 2023 đã qua") and said.count("đã qua") == 3
    assert wished(office) == {"honglinh-2023": (7, 1)}


def test_a_plan_without_a_date_is_said_to_be_so_and_not_set(office: Office) -> None:
    assert "không nêu ngày hạn cụ thể" in office.ask("nhắc tôi kế hoạch Bắc Kạn 2024").text
    assert wished(office) == {}


def test_all_plans_are_set_even_where_nothing_is_to_come(office: Office) -> None:
    said = office.at(2026, 11, 21, 9).ask("nhắc tôi tất cả kế hoạch").text
    assert "Hiện không có hạn nào sắp tới." in said and "kế hoạch mới" in said
    assert wished(office) == {ALL: (7, 1)}
    assert "không còn hạn nào sắp tới" in office.ask("nhắc tôi", VISITOR).text


def test_the_list_shows_wishes_and_what_will_be_reminded(office: Office) -> None:
    office.ask("nhắc tôi tất cả kế hoạch")
    office.ask("tắt nhắc kế hoạch Cao Bằng")
    office.ask("bỏ nhắc bản nháp")
    said = office.ask("lời nhắc của tôi").text
    assert "- tất cả kế hoạch: trước ngày cuối 7 ngày và 1 ngày" in said
    assert "- Cao Bằng 2023: không nhắc" in said and "- Bản nháp đang dở: không nhắc" in said
    assert said.count("Ngày cuối") == 3
    assert "tất cả" not in office.ask("lời nhắc của tôi", VISITOR).text.lower()  # nothing of anybody else


def test_stopping_ends_everything_or_one_plan(office: Office) -> None:
    office.ask("nhắc tôi kế hoạch Hồng Lĩnh")
    office.ask("nhắc tôi kế hoạch Cao Bằng")
    assert office.ask("bỏ nhắc kế hoạch Hồng Lĩnh").text == "Đã thôi nhắc Hồng Lĩnh 2023."
    assert wished(office) == {"caobang-2023": (7, 1)}
    office.ask("bỏ nhắc")
    assert wished(office) == {DRAFTS: ()}
    assert "chưa đặt lời nhắc nào" in office.ask("nhắc tôi").text


def test_drafts_are_not_promised_where_the_office_has_put_them_off(memory: Memory) -> None:
    assert "không nhắc về bản nháp" in Office(memory, draft_days=0).ask("nhắc bản nháp").text


def test_each_channel_says_what_it_can_do(office: Office) -> None:
    text = "nhắc tôi kế hoạch Hồng Lĩnh"
    assert "quay lại" not in office.ask(text).text  # Telegram may always write
    assert "hiện ra khi Anh/Chị quay lại" in office.ask(text, VISITOR).text
    assert "trong 48 giờ" in office.ask(text, Reachable("zalo_oa:1", "1")).text


def test_a_calendar_file_holds_what_is_named_wished_or_everything(office: Office) -> None:
    office.ask("tệp lịch")
    office.ask("nhắc tôi kế hoạch Hồng Lĩnh trước 3 ngày")
    said = office.ask("tệp lịch")
    office.ask("tệp lịch kế hoạch Cao Bằng")
    calendars = [Calendar.from_ical(content) for _, _, content in office.files]
    assert [len(calendar.walk("VEVENT")) for calendar in calendars] == [5, 2, 2]
    assert [len(calendar.walk("VALARM")) for calendar in calendars] == [10, 2, 4]
    (file,) = said.attachments
    assert (file.token, file.name) == ("token-2", "lich-han-dan-van-kheo.ics")
    assert office.files[1][:2] == (AN.person, file.name)


def test_a_calendar_file_without_deadlines_is_not_made(office: Office) -> None:
    said = office.at(2026, 11, 21, 9).ask("tệp lịch")
    assert said.attachments == () and office.files == []


def test_a_calendar_file_that_cannot_be_written_is_said_to_be_so(memory: Memory) -> None:
    def full(*_: object) -> str:
        raise OSError("no space")

    said = Office(memory, put_down=full).ask("tệp lịch")
    assert "Chưa tạo được tệp lịch" in said.text and said.attachments == ()


def test_english_is_answered_in_english(office: Office) -> None:
    said = office.ask("remind me of honglinh-2023", language="en")
    assert "Reminders are set for Hồng Lĩnh 2023" in said.text
    assert [button.title for button in said.buttons] == ["Stop reminders", "Calendar file"]
    assert office.memory.wishes.of(AN.person)["honglinh-2023"].language == "en"
