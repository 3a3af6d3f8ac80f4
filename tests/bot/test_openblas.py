from pathlib import Path

import pytest

from bot.openblas import VARIABLE, openblas_environment

OLD = "fpu sse sse2 ssse3"
NEWER = f"{OLD} avx fma avx2"
NEWEST = f"{NEWER} avx512f avx512dq avx512cd avx512bw avx512vl"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("flags", "told"),
    [(NEWEST, {VARIABLE: "SkylakeX"}), (NEWER, {VARIABLE: "Haswell"}), (NEWER.replace("fma", ""), {}), (OLD, {})],
)
def test_kernels_are_the_fastest_that_the_processor_can_run(flags: str, told: dict[str, str], tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t: none\n", encoding="utf-8")
    assert openblas_environment(cpuinfo) == told


def test_nothing_is_told_where_nothing_is_known(tmp_path: Path) -> None:
    assert openblas_environment(tmp_path / "none") == {}
    (tmp_path / "other").write_text("Features : fp asimd\n", encoding="utf-8")
    assert openblas_environment(tmp_path / "other") == {}


def test_what_is_set_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags\t: {NEWEST}\n", encoding="utf-8")
    assert openblas_environment(tmp_path / "cpuinfo") == {VARIABLE: "SkylakeX"}
    monkeypatch.setenv(VARIABLE, "Zen")
    assert openblas_environment(tmp_path / "cpuinfo") == {}
