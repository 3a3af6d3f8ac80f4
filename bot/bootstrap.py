"""Makes the two environments, `.venv` and `.venv-rasa`, from the hashed locks.

Runs under any Python from 3.8 with nothing installed: `python3 bot/bootstrap.py [--dev]`. It finds a
Python 3.11, makes what is missing, re-does only what a changed lock file asks for, and starts over
where an earlier run was interrupted. Packages come from wherever pip's own configuration says.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

ROOT = Path(__file__).resolve().parents[1]
PYTHON = (3, 11)
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
STAMP, UNFINISHED = "installed.json", "unfinished"
ROOM_GB = 6
INSTALL_PYTHON = """No usable Python 3.11 was found. Install one, then run the same command again:
  Debian 12:     sudo apt-get install python3.11 python3.11-venv
  Ubuntu 22.04:  sudo apt-get install python3.11 python3.11-venv   (from its "universe" part)
  anywhere:      install uv, then: uv python install 3.11"""

Say = Callable[[str], None]


class SetupError(Exception):
    """Setting up cannot go on; the message says why and what to do."""


class Step(NamedTuple):
    """One call of pip: a lock file and how it is installed."""

    lock: str
    title: str
    arguments: Tuple[str, ...] = ()
    fallback_index: Optional[str] = None


class Environment(NamedTuple):
    """One virtual environment: its folder, what it is called, the steps that fill it."""

    folder: str
    title: str
    steps: Tuple[Step, ...]


MAIN = Environment(
    ".venv",
    "assistant",
    (
        Step("requirements/torch.txt", "PyTorch, CPU build (200 MB)", fallback_index=TORCH_CPU_INDEX),
        Step("requirements/assistant.txt", "assistant packages (250 MB, about a minute)"),
    ),
)
DEV = Step("requirements/dev.txt", "test tools")
RASA = Environment(
    ".venv-rasa",
    "Rasa server",
    (
        Step("requirements/build.txt", "build tools"),
        Step(
            "requirements/rasa.txt",
            "Rasa packages (900 MB, about two minutes)",
            ("--ignore-requires-python", "--no-build-isolation"),
        ),
    ),
)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Sets up both environments; returns the exit code (0, or 1 with a message on standard error)."""
    parser = argparse.ArgumentParser(description="Make .venv and .venv-rasa from the hashed locks.")
    parser.add_argument("--dev", action="store_true", help="also install the test tools")
    wanted = parser.parse_args(arguments)
    home = Path(ROOT, os.environ.get("ASSISTANT_HOME") or "var").resolve()
    main_environment = MAIN._replace(steps=(*MAIN.steps, DEV)) if wanted.dev else MAIN
    try:
        set_up(ROOT, home, (main_environment, RASA))
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next run takes up the work.", file=sys.stderr)
        return 130
    return 0


def say(text: str) -> None:
    """Prints one line of progress at once."""
    print(text, flush=True)


def set_up(root: Path, home: Path, environments: Sequence[Environment]) -> None:
    """Brings every environment up to its locks; does nothing where its stamp says it is.

    Raises:
        SetupError: no Python 3.11, an unsupported system, or a failed install.
    """
    if all(up_to_date(root, environment) for environment in environments):
        return
    check_system(sys.platform, platform.machine())
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        guard = open(home / "setup.lock", "w")  # noqa: SIM115 - held until the process ends
    except OSError as error:
        raise SetupError(f"The state folder {home} cannot be written ({error.strerror}).") from error
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        free = shutil.disk_usage(root).free / 1e9
        if free < ROOM_GB:
            say(f"Only {free:.1f} GB are free on this disk; both environments together need {ROOM_GB} GB.")
        for environment in environments:
            if not up_to_date(root, environment):
                bring_up(root, home, environment)


def check_system(system: str, machine: str) -> None:
    """Refuses systems for which Rasa's packages have no builds."""
    if system != "linux":
        raise SetupError("The assistant runs on Linux (on Windows inside WSL 2: wsl --install -d Debian).")
    if machine not in ("x86_64", "AMD64"):
        raise SetupError(f"The assistant needs a 64-bit Intel or AMD processor; this one is {machine}.")


def digests(root: Path, environment: Environment) -> Dict[str, str]:
    """The lock files of an environment and how each is installed, as digests."""
    found = {}
    for step in environment.steps:
        content = (root / step.lock).read_bytes() + repr(step.arguments).encode()
        found[step.lock] = hashlib.sha256(content).hexdigest()
    return found


def read_stamp(folder: Path) -> Dict[str, str]:
    """What was installed last, by lock file, and the Python under the key `python`; {} if unknown."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(folder: Path, stamp: Mapping[str, str]) -> None:
    """Replaces the stamp as a whole."""
    scratch = folder / (STAMP + ".new")
    scratch.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    scratch.replace(folder / STAMP)


def up_to_date(root: Path, environment: Environment) -> bool:
    """Whether the environment holds all its locks on the Python it was made for, and runs."""
    folder = root / environment.folder
    stamp = read_stamp(folder)
    expected = digests(root, environment)
    if (folder / UNFINISHED).exists() or any(stamp.get(lock) != expected[lock] for lock in expected):
        return False
    return stamp.get("python") == version_of(folder / "bin" / "python")


def bring_up(root: Path, home: Path, environment: Environment) -> None:
    """Makes or updates one environment, then stamps it."""
    started = time.monotonic()
    folder = root / environment.folder
    python = folder / "bin" / "python"
    stamp = read_stamp(folder)
    version = version_of(python)
    usable = version is not None and supported(version) and stamp.get("python", version) == version
    if not usable or (folder / UNFINISHED).exists():
        base = find_python(os.environ, home)
        say(f"{environment.folder}: new environment for the {environment.title}, Python at {base}")
        shutil.rmtree(folder, ignore_errors=True)
        run_logged([str(base), "-m", "venv", str(folder)], home, environment)
        stamp = {}
    version = version_of(python)
    if version is None:
        raise SetupError(f"{python} does not run. Remove {folder} and run the same command again.")
    (folder / UNFINISHED).touch()
    done = {lock: digest for lock, digest in stamp.items() if (root / lock).exists()}
    updating, now = bool(done), digests(root, environment)
    try:
        for step in environment.steps:
            if done.get(step.lock) != now[step.lock]:
                done.pop(step.lock, None)
                install(root, home, environment, step)
                done[step.lock] = now[step.lock]
        if updating:
            remove_strays(root, home, environment, list(done))
    finally:
        if not isinstance(sys.exc_info()[1], KeyboardInterrupt):  # pip itself leaves nothing half done
            write_stamp(folder, {**done, "python": version})
            (folder / UNFINISHED).unlink()
    say(f"{environment.folder}: ready after {time.monotonic() - started:.0f} s")


def install(root: Path, home: Path, environment: Environment, step: Step) -> None:
    """Installs one lock file; asks the step's own index only if pip's configuration has no such build."""
    say(f"{environment.folder}: {step.title} ...")
    command = pip(root, environment, "install", "--no-deps", "--require-hashes", *step.arguments)
    command += ["-r", str(root / step.lock)]
    total = len(locked_names(root / step.lock))
    try:
        run_logged(command, home, environment, total)
    except SetupError as error:
        missing = re.search("No matching distribution|Could not find a version", str(error))
        if step.fallback_index is None or not missing:
            raise
        say(f"{environment.folder}: pip's own sources have no such build; asking {step.fallback_index}")
        run_logged([*command, "--index-url", step.fallback_index], home, environment, total)


def remove_strays(root: Path, home: Path, environment: Environment, locks: Sequence[str]) -> None:
    """Uninstalls what an earlier lock held and none of the present ones does."""
    python = str(root / environment.folder / "bin" / "python")
    listing = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))"
    present = {canonical(name) for name in run_quietly([python, "-c", listing]).split()}
    held = {name for lock in locks for name in locked_names(root / lock)}
    strays = sorted(present - held - {"pip", "setuptools"})
    if strays:
        run_logged(pip(root, environment, "uninstall", "--yes", *strays), home, environment)


def pip(root: Path, environment: Environment, *arguments: str) -> List[str]:
    """A pip command of an environment."""
    return [str(root / environment.folder / "bin" / "python"), "-m", "pip", *arguments]


def locked_names(lock: Path) -> List[str]:
    """The canonical names pinned in a lock file."""
    return [canonical(name) for name in re.findall(r"(?m)^([\w.-]+)==", lock.read_text(encoding="utf-8"))]


def canonical(name: str) -> str:
    """A package's name as the packaging rules compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run_logged(command: Sequence[str], home: Path, environment: Environment, total: int = 0) -> None:
    """Runs a command with its output in a log file, and says how far it is every 15 seconds.

    Raises:
        SetupError: the command failed; the message has the log's path and last lines.
    """
    log = home / "logs" / f"setup{environment.folder}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = told = time.monotonic()
    lines: List[str] = []
    seen = 0
    with log.open("a", encoding="utf-8") as file:
        file.write(f"\n$ {' '.join(command)}\n")
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=clean_environment(os.environ),
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                file.write(line)
                file.flush()
                lines.append(line.rstrip())
                seen += line.startswith(("Collecting ", "Requirement already satisfied"))
                if time.monotonic() - told > 15:
                    told = time.monotonic()
                    doing = f"{seen} of {total} packages fetched" if seen < total else "unpacking"
                    say(f"{environment.folder}:   {doing}, {told - started:.0f} s so far")
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.wait() != 0:
        tail = "\n".join(f"  {line}" for line in lines[-12:])
        title = f"Setting up {environment.folder} failed (log: {log}):"
        raise SetupError(f"{title}\n{tail}\nRun the same command again once the cause is gone.")


def clean_environment(environ: Mapping[str, str]) -> Dict[str, str]:
    """The surroundings of pip: the caller's, less what would lead it into another environment."""
    dropped = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    kept = {name: value for name, value in environ.items() if name not in dropped}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def run_quietly(command: Sequence[str]) -> str:
    """A command's standard output, or an empty text if it cannot be run, fails, or hangs."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(os.environ),
            timeout=600,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def version_of(python: Path) -> Optional[str]:
    """The version of an interpreter that really runs (a pyenv shim may not), such as 3.11.7, else None."""
    return run_quietly([str(python), "-c", "import platform; print(platform.python_version())"]) or None


def supported(version: str) -> bool:
    """Whether a version is of the line that both environments are locked for."""
    return version.startswith("{}.{}.".format(*PYTHON))


def makes_environments(python: Path) -> bool:
    """Whether it is a Python 3.11 with venv and ensurepip (Debian keeps the latter in python3.11-venv)."""
    probe = "import platform, venv, ensurepip; print(platform.python_version())"
    return supported(run_quietly([str(python), "-c", probe]))


def find_python(environ: Mapping[str, str], home: Path) -> Path:
    """A Python 3.11: on the PATH, among pyenv's, or uv's (fetched if need be).

    Raises:
        SetupError: none can be had; the message says what to install.
    """
    for candidate in candidates(environ):
        if makes_environments(candidate):
            return candidate
    managed = from_uv(environ, home)
    if managed is None:
        raise SetupError(INSTALL_PYTHON)
    return managed


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Interpreters worth a try, best first."""
    folders = [Path(folder) for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    for name in ("python3.11", "python3", "python"):
        yield from (folder / name for folder in folders if (folder / name).exists())
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv")
    found = (pyenv / "versions").glob("3.11.*/bin/python3.11")
    yield from sorted(found, key=lambda path: int("0" + re.sub(r"\D", "", path.parts[-3][5:])), reverse=True)


def from_uv(environ: Mapping[str, str], home: Path) -> Optional[Path]:
    """A Python 3.11 of uv's: one it has, else one it fetches; uv itself from pip if it is not on the PATH."""
    uv = shutil.which("uv", path=environ.get("PATH", ""))
    if uv is None:
        say("No Python 3.11 here; trying to get one with uv (about a minute) ...")
        folder = home / "uv"
        run_quietly([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "uv"])
        uv = str(folder / "bin" / "uv")
    for command in ((), ("python", "install", "3.11")):
        if command:
            say("Fetching Python 3.11 with uv (30 MB) ...")
            run_quietly([uv, *command])
        found = run_quietly([uv, "python", "find", "--managed-python", "3.11"])
        if found and makes_environments(Path(found)):
            return Path(found)
    return None


if __name__ == "__main__":
    sys.exit(main())
