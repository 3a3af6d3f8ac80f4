import random

from knowledge.bank import Banked
from knowledge.training.pairs import PASSAGE, QUERY, Group, batches, group


def _banked(text: str, path: str | None, about: str | None = None, history: tuple[str, ...] = ()) -> Banked:
    return Banked("p", text, "formal", 0, path, path and f"words of {path}", about, history)


def test_questions_are_grouped_by_what_answers_them() -> None:
    asked = [
        _banked("a1", "I"),
        _banked("a2", "I"),
        _banked("b1", "II"),
        _banked("s1", None, "money"),
        _banked("s2", None, "money", ("before",)),
        _banked("t1", None, "awards"),
    ]
    groups = group(asked, lambda question: question.quote)
    assert groups == [Group("p", ("a1", "a2"), "words of I"), Group("p", ("s1", "before s2"), None)]


def test_a_batch_is_of_one_plan_with_no_answer_twice() -> None:
    groups = [Group(plan, (f"{plan}{n}a", f"{plan}{n}b"), f"{plan}{n}") for plan in "xy" for n in range(20)]
    seen = list(batches(groups, 8, 30, str.upper, random.Random(1)))
    assert len(seen) == 30
    for batch in seen:
        told = [passage for passage in batch.passages if passage]
        assert len(set(told)) == len(told) == len(batch.questions) == 8
        assert len({passage.removeprefix(PASSAGE)[0] for passage in told}) == 1
        for question, other, passage in zip(batch.questions, batch.others, told, strict=True):
            stem = passage.removeprefix(PASSAGE)
            assert {question.removeprefix(QUERY).lower(), other.removeprefix(QUERY).lower()} == {f"{stem}a", f"{stem}b"}
    assert {batch.questions[0].removeprefix(QUERY)[0].lower() for batch in seen} == {"x", "y"}


def test_the_same_seed_draws_the_same_batches() -> None:
    groups = [Group("x", (f"{n} a", f"{n} b", f"{n} c"), None) for n in range(30)]
    first, second = ([*batches(groups, 5, 4, str, random.Random(3))] for _ in range(2))
    assert first == second


def test_half_a_batch_is_what_the_other_half_is_confused_with() -> None:
    pairs = [(f"which {word} reports", f"the {word} that reports") for word in ("office", "cell", "union", "ward")]
    others = [(f"deadline for money {n}", f"money deadline {n}") for n in range(4)]
    groups = [Group("x", asked, asked[0]) for asked in (*pairs, *others)]
    for batch in batches(groups, 2, 20, str, random.Random(1)):
        first, second = (set(question.removeprefix(QUERY).split()) for question in batch.questions)
        assert first & second


def test_silence_on_one_subject_is_set_against_answers_and_not_against_other_silence() -> None:
    silent = [Group("x", (f"award money {n}", f"how much money {n}"), None) for n in range(5)]
    answered = [Group("x", (f"award {n}", f"which award {n}"), f"{n}") for n in range(5)]
    for batch in batches([*silent, *answered], 2, 20, str, random.Random(1)):
        assert any(batch.passages)
