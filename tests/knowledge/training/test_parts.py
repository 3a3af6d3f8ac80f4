import pytest

from knowledge.answering import Answerer
from knowledge.training.parts import _KeepsNames, _ReadsOnce


@pytest.mark.slow
@pytest.mark.parametrize("kind", [_KeepsNames, _ReadsOnce])
def test_a_follow_up_is_answered_with_a_part_of_reading_left_out(
    kind: type[_KeepsNames] | type[_ReadsOnce], answerer: Answerer
) -> None:
    index, encoder = answerer.searcher.index, answerer.searcher.encoder
    partly = Answerer(answerer.plans, index, encoder, reader=kind(answerer.plans))
    history = ("chi bộ phải đăng ký mấy mô hình?", "còn đảng bộ cơ sở?", "hạn đăng ký?")
    answer = partly.answer("gửi về đâu?", "yenbai-duk-2023", history)
    assert answer.outcome in ("answered", "not_in_plan")
