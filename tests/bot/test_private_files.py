from pathlib import Path

import pytest

from bot.private_files import write_private


def test_a_file_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    for content in (b"first", b"second"):
        write_private(file, content)
        assert file.read_bytes() == content
        assert file.stat().st_mode & 0o777 == 0o600
    assert [left.name for left in tmp_path.iterdir()] == ["secret"]


def test_a_draft_left_by_a_kill_is_written_anew_and_with_the_right_mode(tmp_path: Path) -> None:
    draft = tmp_path / "secret.new"
    draft.write_text("half", encoding="ascii")
    draft.chmod(0o644)
    write_private(tmp_path / "secret", b"whole")
    assert (tmp_path / "secret").read_bytes() == b"whole"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_what_was_there_stays_where_it_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "secret", b"old")

    def full(number: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_private(tmp_path / "secret", b"new")
    assert (tmp_path / "secret").read_bytes() == b"old"
