"""Papers wait for one person only, under a name nobody guesses, and not for ever."""

from datetime import timedelta
from pathlib import Path

import pytest

from actions.registration.papers.shelf import KEPT_FOR, Shelf
from tests.actions.registration.filled import NOW


def test_a_paper_is_found_by_its_person_and_token_alone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    token = shelf.add("web:1", "dang-ky.docx", b"PK", NOW)
    found = shelf.find("web:1", token)
    assert found is not None and (found.name, found.read_bytes()) == ("dang-ky.docx", b"PK")
    assert shelf.find("web:2", token) is None
    assert shelf.add("web:1", "dang-ky.docx", b"PK", NOW) != token


@pytest.mark.parametrize("token", ["", "..", "../..", "x" * 32, "a/" * 16])
def test_what_is_no_token_finds_nothing(tmp_path: Path, token: str) -> None:
    shelf = Shelf(tmp_path)
    shelf.add("web:1", "dang-ky.docx", b"PK", NOW)
    assert shelf.find("web:1", token) is None


def test_old_papers_go_and_all_of_a_person_when_asked(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    old = shelf.add("web:1", "a.docx", b"PK", NOW)
    kept = shelf.add("web:2", "b.docx", b"PK", NOW + KEPT_FOR + timedelta(seconds=1))
    assert shelf.find("web:1", old) is None and shelf.find("web:2", kept) is not None
    shelf.forget("web:2")
    assert shelf.find("web:2", kept) is None
