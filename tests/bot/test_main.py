import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

DRIVER = """
import asyncio, socket, sys
from pathlib import Path
import bot.__main__ as command
from bot.processes import Program
from bot.settings import Settings, load_settings

Settings.model_config["env_file"] = None
folder = Path(sys.argv[1])

def fake(name):
    up = folder / name
    code = f"import os, time; open({str(up)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async def ready():
        return up.exists() and up.read_text() != ""
    return Program(name, (sys.executable, "-c", code), {}, "127.0.0.1", port, "PORT", ready)

async def nothing(*_):
    (folder / "prepared").touch()

async def waits(*_):
    print("Preparing", flush=True)
    await asyncio.sleep(60)

command.ready_index = nothing
command.ready_model = waits if "slowly" in sys.argv else nothing
command.rasa_server = lambda *_: fake("rasa")
command.action_server = lambda *_: fake("actions")
command.channels = lambda *_: fake("channels")
sys.exit(asyncio.run(command._until_told_to_stop(load_settings(assistant_home=folder / "state"))))
"""


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    driver = folder / "driver.py"
    driver.write_text(DRIVER, encoding="utf-8")
    command = (sys.executable, str(driver), str(folder), *arguments)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"the process ended without saying {words!r}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_everything_is_started_its_address_told_and_stopped_on_a_signal(tmp_path: Path, number: int) -> None:
    with start(tmp_path) as process:
        line = read_until(process, "Ready after")
        assert "http://127.0.0.1:8080" in line
        children = [int((tmp_path / name).read_text()) for name in ("rasa", "actions", "channels")]
        process.send_signal(number)
        read_until(process, "Stopped.")
        assert process.wait(timeout=30) == 0
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_a_signal_during_preparation_stops_too(tmp_path: Path) -> None:
    with start(tmp_path, "slowly") as process:
        read_until(process, "Preparing")
        process.send_signal(signal.SIGINT)
        read_until(process, "Stopped.")
        assert process.wait(timeout=30) == 0
    assert not (tmp_path / "rasa").exists()


def test_a_bad_setting_ends_the_command_with_one_clear_line(tmp_path: Path) -> None:
    environment = {**os.environ, "RASA_PORT": "abc", "ASSISTANT_HOME": str(tmp_path)}
    command = (sys.executable, "-m", "bot", "run")
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("RASA_PORT=abc: ")
    assert "Traceback" not in done.stderr
