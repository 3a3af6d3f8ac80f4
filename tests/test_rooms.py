"""The house: a room knows only the rooms to its right, and nothing happens at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "actions", "knowledge")
FOREIGN = {
    "knowledge": {"rasa", "rasa_sdk", "starlette", "uvicorn", "httpx", "telegram", "sanic", "bot", "actions"},
    "actions/registration": {"rasa", "rasa_sdk", "starlette", "uvicorn", "httpx", "telegram", "sanic", "bot"},
    "actions": {"rasa", "starlette", "uvicorn", "telegram", "bot"},
    "bot/channels": {"rasa", "rasa_sdk", "actions", "torch", "sentence_transformers"},
    "bot/nlu": {"rasa_sdk", "torch", "sentence_transformers", "starlette", "actions.registration.store"},
}
LIGHT = ("knowledge.vietnamese", "actions.registration.periods")


def modules(folder: str) -> list[Path]:
    return [path for path in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in path.parts]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", sorted(FOREIGN))
def test_a_room_imports_nothing_from_its_left(room: str) -> None:
    found = modules(room)
    assert found
    for path in found:
        if path.name == "__main__.py":
            continue
        tops = imported(path)
        wrong = {name for name in tops for bad in FOREIGN[room] if name == bad or name.startswith(f"{bad}.")}
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))}"


def test_actions_outside_registration_do_not_reach_around_rasa() -> None:
    assert not any("httpx" in imported(path) for path in modules("actions"))


def test_package_files_are_empty() -> None:
    found = [path for room in ROOMS for path in modules(room) if path.name == "__init__.py"]
    assert len(found) >= 6
    assert all(not path.read_text(encoding="utf-8").strip() for path in found)


def test_main_files_are_guarded() -> None:
    found = [path for room in ROOMS for path in modules(room) if path.name == "__main__.py"]
    assert len(found) >= 4
    assert all('if __name__ == "__main__":' in path.read_text(encoding="utf-8") for path in found)


def test_modules_are_of_a_size_to_read() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for room in ROOMS for path in modules(room)}
    assert len(sizes) > 40
    sizes.pop(ROOT / "bot" / "bootstrap.py")  # one file on purpose: it runs before anything is installed
    assert not {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > 300}


@pytest.mark.parametrize("module", LIGHT)
def test_what_rasa_loads_from_us_is_light_and_imports_in_both_environments(module: str) -> None:
    interpreters = [Path(sys.executable), ROOT / ".venv-rasa" / "bin" / "python"]
    code = f"import sys, {module}; print(sorted({{'torch', 'numpy', 'sqlalchemy', 'yaml'}} & set(sys.modules)))"
    tried = 0
    for interpreter in interpreters:
        if interpreter.exists():
            done = subprocess.run(
                [str(interpreter), "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
            )
            assert "torch" not in done.stdout
            tried += 1
    assert tried


def test_vietnamese_wording_stands_in_data_files() -> None:
    """A string in code holds no Vietnamese sentence: at most a name or a pattern of a few words."""
    found = 0
    for room in ROOMS:
        for path in modules(room):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                    found += 1
                    marked = [word for word in node.value.split() if any(ord(letter) > 0x1E9F for letter in word)]
                    assert len(marked) < 4, f"{path.relative_to(ROOT)}:{node.lineno} {node.value[:60]}"
    assert found > 500
