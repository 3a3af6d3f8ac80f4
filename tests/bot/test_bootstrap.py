import ast
import hashlib
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from bot import bootstrap
from bot.bootstrap import Environment, SetupError, Step

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("build", "torch", "assistant", "dev", "rasa")


# --- the locks ---------------------------------------------------------------------------------


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", text))


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_download_address_and_hash_every_pin(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert not re.search(r"://|--(index|extra|find|trusted)|(?m:^-)", text)
    pinned = [line for line in lines if not line.startswith(" ")]
    assert pinned
    for line in lines:
        assert re.fullmatch(r"[\w.-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
    assert len(pinned) == len(re.findall(r"\\\n    --hash=(?:.+\\\n    --hash=)*", text))


def test_no_lock_can_bring_in_cuda() -> None:
    names = {name for lock in LOCKS for name in pins(lock)}
    assert pins("torch") == {"torch": "2.13.0+cpu"}
    assert not {name for name in names if name.startswith(("nvidia", "triton", "cuda"))}
    assert "torch" not in {*pins("assistant"), *pins("dev"), *pins("rasa")}


def test_locks_of_one_environment_agree() -> None:
    for one, other in (("assistant", "dev"), ("build", "rasa")):
        both = pins(one).keys() & pins(other).keys()
        assert both
        assert {name: pins(one)[name] for name in both} == {name: pins(other)[name] for name in both}


def test_the_locks_hold_what_the_design_names() -> None:
    assert pins("rasa")["rasa"] == "3.6.21"
    assert pins("assistant")["rasa-sdk"] == "3.21.1"


# --- the script itself -------------------------------------------------------------------------


def test_it_needs_nothing_but_an_old_python() -> None:
    tree = ast.parse((ROOT / "bot/bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    } | {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("system", "machine", "words"), [("win32", "AMD64", "WSL 2"), ("linux", "aarch64", "Intel or AMD")]
)
def test_unsupported_systems_are_told(system: str, machine: str, words: str) -> None:
    with pytest.raises(SetupError, match=words):
        bootstrap.check_system(system, machine)


def test_supported_systems_pass() -> None:
    bootstrap.check_system("linux", "x86_64")


# --- finding Python 3.11 -----------------------------------------------------------------------


def script(path: Path, code: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def working(path: Path) -> Path:
    return script(path, f'exec "{sys.executable}" "$@"')


def broken_shim(path: Path) -> Path:
    return script(path, "echo 'pyenv: python3.11: command not found' >&2; exit 127")


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """A machine with one folder on the PATH, a home directory, and a uv that has nothing."""
    script(tmp_path / "path" / "uv", "exit 1")
    return {"PATH": str(tmp_path / "path"), "HOME": str(tmp_path)}


def test_python_on_the_path_is_taken(surroundings: dict[str, str], tmp_path: Path) -> None:
    expected = working(tmp_path / "path" / "python3.11")
    working(tmp_path / ".pyenv/versions/3.11.7/bin/python3.11")
    assert bootstrap.find_python(surroundings, tmp_path) == expected


def test_a_plain_python3_is_taken_if_it_is_3_11(surroundings: dict[str, str], tmp_path: Path) -> None:
    expected = working(tmp_path / "path" / "python3")
    assert bootstrap.find_python(surroundings, tmp_path) == expected


def test_another_version_is_not_taken(surroundings: dict[str, str], tmp_path: Path) -> None:
    script(tmp_path / "path" / "python3", "echo 3.12.1")
    with pytest.raises(SetupError):
        bootstrap.find_python(surroundings, tmp_path)


def test_a_shim_that_fails_gives_way_to_the_newest_of_pyenv(surroundings: dict[str, str], tmp_path: Path) -> None:
    broken_shim(tmp_path / "path" / "python3.11")
    for version in ("3.11.9", "3.11.10", "3.12.1"):
        working(tmp_path / f".pyenv/versions/{version}/bin/python{version[:4]}")
    expected = tmp_path / ".pyenv/versions/3.11.10/bin/python3.11"
    assert bootstrap.find_python(surroundings, tmp_path) == expected


def test_pyenv_is_looked_for_where_its_variable_says(surroundings: dict[str, str], tmp_path: Path) -> None:
    expected = working(tmp_path / "elsewhere/versions/3.11.7/bin/python3.11")
    surroundings["PYENV_ROOT"] = str(tmp_path / "elsewhere")
    assert bootstrap.find_python(surroundings, tmp_path) == expected


def test_uv_fetches_one_where_there_is_none(surroundings: dict[str, str], tmp_path: Path) -> None:
    fetched = tmp_path / "managed/python3.11"
    prepared = working(tmp_path / "prepared")
    script(
        tmp_path / "path" / "uv",
        f"""case "$1 $2" in
        "python install") mkdir -p "{fetched.parent}"; cp "{prepared}" "{fetched}" ;;
        "python find") [ -x "{fetched}" ] && echo "{fetched}" ;;
        esac""",
    )
    assert bootstrap.find_python(surroundings, tmp_path) == fetched


def test_where_none_can_be_had_the_message_says_what_to_install(surroundings: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)apt-get install python3\.11 python3\.11-venv.*uv python install"):
        bootstrap.find_python(surroundings, tmp_path)


# --- making an environment ---------------------------------------------------------------------


def wheel(folder: Path, name: str, version: str) -> str:
    """Writes a wheel with one module and returns its line of a lock file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", f"version = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Project:
    """A small project: wheels that pip is led to by its own configuration, one lock, one environment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "state"
        self.wheels = root / "wheels"
        self.lock = root / "lock.txt"
        self.environment = Environment(".venv", "small", (Step("lock.txt", "small packages"),))

    def set_up(self) -> None:
        bootstrap.set_up(self.root, self.home, (self.environment,))

    def modules(self) -> set[str]:
        """The packages of the environment, as name and version."""
        found = (self.root / ".venv/lib/python3.11/site-packages").glob("small*.dist-info")
        return {path.name.removesuffix(".dist-info") for path in found}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path)
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    made.lock.write_text(wheel(made.wheels, "small_one", "1.0"), encoding="utf-8")
    made.set_up()
    return made


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands run from here on; they are really run."""
    run: list[str] = []
    real = bootstrap.run_logged

    def recorded(command: list[str], home: Path, environment: Environment, total: int = 0) -> None:
        run.append(" ".join(command))
        real(command, home, environment, total)

    monkeypatch.setattr(bootstrap, "run_logged", recorded)
    return run


@pytest.mark.slow
def test_a_second_run_does_nothing(project: Project, commands: list[str]) -> None:
    assert project.modules() == {"small_one-1.0"}
    project.set_up()
    assert commands == []


@pytest.mark.slow
def test_a_changed_lock_updates_and_removes_what_it_no_longer_holds(project: Project, commands: list[str]) -> None:
    project.lock.write_text(wheel(project.wheels, "small_two", "2.0"), encoding="utf-8")
    project.set_up()
    assert project.modules() == {"small_two-2.0"}
    assert [re.findall(r"-m (?:pip )?(\w+)", command)[0] for command in commands] == ["install", "uninstall"]
    project.set_up()
    assert len(commands) == 2


@pytest.mark.slow
def test_an_interrupted_install_is_made_anew(
    project: Project, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = wheel(project.wheels, "small_one", "1.1")
    project.lock.write_text(line, encoding="utf-8")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            project.set_up()
    assert not bootstrap.up_to_date(project.root, project.environment)
    project.set_up()
    assert "-m venv" in commands[0]
    assert project.modules() == {"small_one-1.1"}


@pytest.mark.slow
def test_a_failed_update_keeps_the_environment_and_names_the_log(project: Project, commands: list[str]) -> None:
    project.lock.write_text("small_three==1.0 \\\n    --hash=sha256:" + 64 * "0" + "\n", encoding="utf-8")
    log = project.home / "logs" / "setup.venv.log"
    with pytest.raises(SetupError, match=rf"(?s){re.escape(str(log))}.*small_three==1\.0"):
        project.set_up()
    assert project.modules() == {"small_one-1.0"}
    project.lock.write_text(wheel(project.wheels, "small_three", "1.0"), encoding="utf-8")
    project.set_up()
    assert not [command for command in commands if "-m venv" in command]
    assert "small_three-1.0" in project.modules()


@pytest.mark.slow
def test_a_file_that_is_not_the_locked_one_is_refused(project: Project) -> None:
    project.lock.write_text(wheel(project.wheels, "small_one", "1.2"), encoding="utf-8")
    with zipfile.ZipFile(project.wheels / "small_one-1.2-py3-none-any.whl", "a") as archive:
        archive.writestr("added.py", "")
    with pytest.raises(SetupError, match=r"(?i)hashes"):
        project.set_up()


@pytest.mark.slow
def test_a_steps_own_index_is_asked_only_when_pip_knows_none(
    project: Project, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", (project.root / "no-index").as_uri())
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    own = project.root / "own-index" / "small-four"
    project.lock.write_text(wheel(own, "small_four", "1.0+cpu"), encoding="utf-8")
    (own / "index.html").write_text(
        '<a href="small_four-1.0%2Bcpu-py3-none-any.whl">small_four-1.0+cpu-py3-none-any.whl</a>',
        encoding="utf-8",
    )
    step = Step("lock.txt", "small packages", fallback_index=own.parent.as_uri())
    project.environment = project.environment._replace(steps=(step,))
    project.set_up()
    assert "small_four-1.0+cpu" in project.modules()
    assert [("--index-url" in command) for command in commands if "install --no-deps" in command] == [
        False,
        True,
    ]


@pytest.mark.slow
def test_an_environment_whose_python_is_gone_is_made_anew(project: Project, commands: list[str]) -> None:
    (project.root / ".venv/bin/python").unlink()
    project.set_up()
    assert "-m venv" in commands[0]
    assert project.modules() == {"small_one-1.0"}
