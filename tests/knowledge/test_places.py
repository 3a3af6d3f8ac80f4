import pytest

from knowledge.places import place


@pytest.mark.parametrize(
    ("path", "spoken"),
    [
        ("III › 2", "mục III › 2"),
        ("II › 6 › (2)", "mục II › 6 › (2)"),
        ("III[2] › 1 › ¶[1]", "mục III (lần 2) › 1, đoạn 1"),
        ("II › -[2]", "mục II, gạch đầu dòng 2"),
        ("Biểu mẫu › Cột (3)", "phần Biểu mẫu › Cột (3)"),
        ("Chú thích 7", "phần Chú thích 7"),
    ],
)
def test_a_place_is_read_to_a_person(path: str, spoken: str) -> None:
    assert place(path, "vi") == spoken
