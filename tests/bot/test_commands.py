import pytest

from bot.commands import commands, meaning
from bot.wording import LANGUAGES


def test_every_command_is_one_that_a_messenger_takes_and_is_described_in_both_languages() -> None:
    assert len(commands()) == 9
    for command in commands().values():
        assert command.name.isascii() and command.name.isalnum() and command.name.islower()
        assert set(command.menu) == set(LANGUAGES)
        assert all(0 < len(line) <= 256 for line in command.menu.values())
        assert not command.words.startswith("/")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/dangky", "đăng ký mô hình"),
        ("  /DangKy  ", "đăng ký mô hình"),
        ("/dangky@dan_van_bot", "đăng ký mô hình"),
        ("/dangky ngay", "đăng ký mô hình"),
        ("/hoi ai theo dõi?\nvà khi nào?", "ai theo dõi?\nvà khi nào?"),
        ("/hoi", ""),
        ("/hoi   ", ""),
        ("/restart", None),
        ("/hoinhe", None),
        ("hoi", None),
        ("xem /hoi", None),
        ("/choose_plan{}", None),
        ("", None),
    ],
)
def test_a_command_means_its_words(text: str, words: str | None) -> None:
    assert meaning(text) == words
