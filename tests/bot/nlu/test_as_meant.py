from bot.nlu.as_meant import LONGEST, AsMeant, marked


def test_marks_are_learnt_from_what_has_marks() -> None:
    assert marked(["đăng ký mô hình", "chao ban", "báo cáo", "đăng ký mô hình"]) == ["báo cáo", "đăng ký mô hình"]


def test_a_message_is_read_as_it_was_meant() -> None:
    as_meant = AsMeant(["đăng ký mô hình", "chao ban"])
    assert as_meant("dang ky mh") == "đăng ký mô hình"
    assert len(as_meant("x " * 1000)) <= LONGEST
