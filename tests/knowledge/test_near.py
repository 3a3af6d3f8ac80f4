import numpy as np
import pytest

from knowledge.near import Near, brought_up_to_date, held_keys, keys_of


def _digests(count: int, letter: str = "a") -> list[str]:
    return [f"{number:015x}{letter * 17}" for number in range(count)]


def _vectors(count: int) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal((count, 32)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture
def keys() -> np.ndarray:
    """The keys of 500 rows, each fifth a question."""
    digests = _digests(500)
    return keys_of(digests, set(digests[::5]))


def test_passages_and_questions_are_found_apart(keys: np.ndarray) -> None:
    vectors = _vectors(500)
    near = Near(brought_up_to_date(None, keys, vectors), keys)
    passages = [n for n in range(500) if n % 5]
    assert passages[near.passages(vectors[7:8], 3)[0]] == 7
    assert 5 * near.questions(vectors[10:11], 3)[0] == 10
    assert len(near.questions(vectors[10:11], 3)) == 3


def test_a_text_of_several_plans_has_a_row_in_each(keys: np.ndarray) -> None:
    vectors = _vectors(500)
    lists = brought_up_to_date(None, keys, vectors)
    near = Near(lists, np.concatenate([keys, keys[7:8]]))
    assert set(near.passages(vectors[7:8], 1)) == {5, 400}


def test_only_what_changed_is_moved(keys: np.ndarray) -> None:
    vectors = _vectors(510)
    lists = brought_up_to_date(None, keys, vectors[:500])
    changed = np.concatenate([keys[10:], keys_of([f"{n:015x}b" for n in range(1000, 1010)], ())])
    again = brought_up_to_date(lists, changed, vectors[10:])
    assert again is lists
    assert sorted(held_keys(again)) == sorted(changed)
    assert Near(again, changed).passages(vectors[505:506], 1)[0] == len(changed[changed < 1 << 61]) - 5


def test_centres_are_learned_anew_for_many_more(keys: np.ndarray) -> None:
    vectors = _vectors(500)
    few = brought_up_to_date(None, keys[:100], vectors[:100])
    many = brought_up_to_date(few, keys, vectors)
    assert many is not few and many.nlist > few.nlist
    assert sorted(held_keys(many)) == sorted(keys)


def test_lists_of_other_rows_are_refused(keys: np.ndarray) -> None:
    vectors = _vectors(500)
    lists = brought_up_to_date(None, keys, vectors)
    with pytest.raises(ValueError, match="other rows"):
        Near(lists, keys[1:])
