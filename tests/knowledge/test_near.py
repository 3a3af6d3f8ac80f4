import numpy as np
import pytest

from knowledge.bank import Banked
from knowledge.near import Near, brought_up_to_date, held_keys, keys_of


def _digests(count: int, letter: str = "a") -> list[str]:
    return [f"{number:015x}{letter * 17}" for number in range(count)]


def _vectors(count: int) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal((count, 32)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture
def rows() -> dict[str, object]:
    banked = object.__new__(Banked)
    return {digest: banked if number % 5 == 0 else "passage" for number, digest in enumerate(_digests(500))}


def test_passages_and_questions_are_found_apart(rows: dict[str, object]) -> None:
    vectors, keys = _vectors(500), keys_of(rows)
    near = Near(brought_up_to_date(None, keys, list(vectors)), keys)
    passages = [n for n in range(500) if n % 5]
    assert passages[near.passages(vectors[7:8], 3)[0]] == 7
    assert 5 * near.questions(vectors[10:11], 3)[0] == 10
    assert len(near.questions(vectors[10:11], 3)) == 3


def test_a_text_of_several_plans_has_a_row_in_each(rows: dict[str, object]) -> None:
    vectors, keys = _vectors(500), keys_of(rows)
    lists = brought_up_to_date(None, keys, list(vectors))
    near = Near(lists, np.concatenate([keys, keys[7:8]]))
    assert set(near.passages(vectors[7:8], 1)) == {5, 400}


def test_only_what_changed_is_moved(rows: dict[str, object]) -> None:
    vectors, keys = _vectors(510), keys_of(rows)
    lists = brought_up_to_date(None, keys, list(vectors[:500]))
    changed = np.concatenate([keys[10:], keys_of({f"{n:015x}b": "new" for n in range(1000, 1010)})])
    again = brought_up_to_date(lists, changed, list(vectors[10:]))
    assert again is lists
    assert sorted(held_keys(again)) == sorted(changed)
    assert Near(again, changed).passages(vectors[505:506], 1)[0] == len(changed[changed < 1 << 61]) - 5


def test_centres_are_learned_anew_for_many_more(rows: dict[str, object]) -> None:
    vectors, keys = _vectors(500), keys_of(rows)
    few = brought_up_to_date(None, keys[:100], list(vectors[:100]))
    many = brought_up_to_date(few, keys, list(vectors))
    assert many is not few and many.nlist > few.nlist
    assert sorted(held_keys(many)) == sorted(keys)


def test_lists_of_other_rows_are_refused(rows: dict[str, object]) -> None:
    vectors, keys = _vectors(500), keys_of(rows)
    lists = brought_up_to_date(None, keys, list(vectors))
    with pytest.raises(ValueError, match="other rows"):
        Near(lists, keys[1:])
