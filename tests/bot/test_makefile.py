import os
import re
import subprocess

from bot.settings import ROOT


def test_every_task_is_listed_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    tasks = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert tasks == set(re.findall(r"(?m)^  make ([a-z-]+) +\S", shown))


def test_ci_only_adds_system_packages_and_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "make test"
