import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml

from bot.settings import ROOT

DOMAIN = yaml.safe_load((ROOT / "nlu_data" / "domain.yml").read_text(encoding="utf-8"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_server_answers_on_loopback_only_even_without_an_index(tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "ASSISTANT_HOME": str(tmp_path), "ACTIONS_PORT": str(port)}
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "actions"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=5) as client:
            for _ in range(600):
                try:
                    health = client.get("/health")
                    break
                except httpx.ConnectError:
                    assert server.poll() is None, log.read_text()
                    time.sleep(0.2)
            assert health.json() == {"status": "ok"}
            assert {action["name"] for action in client.get("/actions").json()} == set(DOMAIN["actions"])
            assert "access-control-allow-origin" not in client.get("/health", headers={"Origin": "http://x"}).headers
        assert "python -m knowledge index" in log.read_text()
        listening = f":{port:04X}"
        tcp = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        assert {line[1] for line in tcp if line[1].endswith(listening) and line[3] == "0A"} == {"0100007F" + listening}
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) in (0, -signal.SIGTERM)


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    environment = {**os.environ, "ASSISTANT_HOME": str(tmp_path), "ACTIONS_PORT": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "actions"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "ACTIONS_PORT" in done.stderr and "Traceback" not in done.stderr
