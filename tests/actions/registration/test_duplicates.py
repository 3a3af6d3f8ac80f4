"""Near-duplicates: the rule with a made-up similarity, the thresholds with the shipped encoder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from actions.registration import duplicates
from actions.registration.duplicates import Described, near_duplicates, shipped_thresholds
from actions.registration.similarity import similarity_of
from knowledge.embedding import Encoder, HashEncoder, open_encoder

PAIRS = yaml.safe_load(Path(__file__).with_name("duplicate_pairs.yml").read_text(encoding="utf-8"))["pairs"]
NEW = Described("Một cửa thân thiện", "Phòng Hành chính", "political_system")


def alike(cosines: dict[frozenset[str], float]) -> duplicates.Similarity:
    """A similarity that knows the cosines of some pairs of words; the same text is 1, all else 0."""

    def similarity(texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [[1.0 if a == b else cosines.get(frozenset((a, b)), 0.0) for b in texts] for a in texts]
        return np.asarray(rows, dtype=np.float32)

    return similarity


NOTHING_ALIKE = alike({})


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (NEW, True),
        (Described("MOT CUA THAN THIEN", "phong hanh chinh", "political_system"), True),
        (Described("Mô hình Dân vận khéo “Một cửa thân thiện”", "Phòng Hành chính", "political_system"), True),
        (replace(NEW, field="economy"), True),
        (replace(NEW, place="Sở Nội vụ"), True),
        (replace(NEW, place="Sở Nội vụ", field="economy"), False),
        (replace(NEW, title="Chủ nhật xanh"), False),
        (replace(NEW, title="Một cửa thân thiện 2"), False),
        (replace(NEW, place="Phòng Hành chính 2"), False),
    ],
)
def test_the_same_title_is_a_duplicate_where_place_or_field_is_the_same(other: Described, found: bool) -> None:
    assert near_duplicates(NEW, [other], NOTHING_ALIKE) == ([0] if found else [])


def test_the_most_alike_comes_first_and_nothing_gives_nothing() -> None:
    similarity = alike({frozenset(("Một cửa thân thiện", "Một cửa gần dân")): 0.95})
    near = replace(NEW, title="Một cửa gần dân")
    assert near_duplicates(NEW, [replace(NEW, title="Khác"), near, NEW], similarity) == [2, 1]
    assert near_duplicates(NEW, [], similarity) == []


@pytest.mark.parametrize(
    ("turned", "cosines", "found"),
    [
        ({}, (0.95, 1.0), True),
        ({"title": 0.96}, (0.95, 1.0), False),
        ({}, (0.95, 0.86), True),
        ({"place": 0.9}, (0.95, 0.86), False),
        ({}, (0.95, 0.5), False),
        ({"title_alone": 0.94}, (0.95, 0.5), True),
    ],
)
def test_turning_a_threshold_changes_the_outcome(
    turned: dict[str, float], cosines: tuple[float, float], found: bool
) -> None:
    other = Described("Một cửa gần dân", "Bộ phận tiếp dân", "political_system")
    pairs = zip((NEW.title, NEW.place), (other.title, other.place), cosines, strict=True)
    similarity = alike({frozenset((a, b)): cosine for a, b, cosine in pairs})
    limits = replace(shipped_thresholds(), **turned)
    assert near_duplicates(NEW, [other], similarity, limits) == ([0] if found else [])


def test_many_are_compared_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [replace(NEW, title=f"Mô hình thứ {'a' * n}") for n in range(30)] + [NEW]
    whole = near_duplicates(NEW, others, NOTHING_ALIKE)
    monkeypatch.setattr(duplicates, "AT_ONCE", 7)
    assert near_duplicates(NEW, others, NOTHING_ALIKE) == whole == [30]


def test_a_text_is_encoded_once_and_cosines_are_of_unit_vectors() -> None:
    seen: list[str] = []

    class Counting(HashEncoder):
        def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
            seen.extend(texts)
            return super().queries(texts)

    encoder: Encoder = Counting()
    similarity = similarity_of(encoder)
    matrix = similarity(["một cửa", "chủ nhật xanh", "một cửa"])
    assert matrix.shape == (3, 3)
    assert matrix[0, 2] == pytest.approx(1.0) and np.allclose(matrix, matrix.T)
    similarity(["một cửa", "khác"])
    assert seen == ["một cửa", "chủ nhật xanh", "khác"]


@pytest.mark.slow
def test_the_shipped_encoder_tells_the_pairs_apart() -> None:
    assert len(PAIRS) >= 40
    similarity = similarity_of(open_encoder())
    found = {True: 0, False: 0}
    for pair in PAIRS:
        one, other = Described(*pair["a"]), Described(*pair["b"])
        both = [near_duplicates(*order, similarity) for order in ((one, [other]), (other, [one]))]
        assert both[0] == both[1], pair
        found[pair["same"]] += bool(both[0])
    same = sum(pair["same"] for pair in PAIRS)
    assert found[True] >= 0.9 * same  # 21 of 22 when the thresholds were set
    assert found[False] <= 1  # none of 22 then
