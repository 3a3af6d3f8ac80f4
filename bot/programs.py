"""The three programs of the assistant: their command lines, surroundings and signs of life."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from bot.openblas import openblas_environment
from bot.processes import Program
from bot.settings import ROOT, Settings

LOOPBACK = "127.0.0.1"
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"

_QUIET_NETWORK = {
    "RASA_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Nothing reaches the network that the settings do not name."""

ONE_OPENMP_THREAD = {"OMP_NUM_THREADS": "1"}
"""A message is small: more threads only wait for each other, and questions at once form a queue."""

_ONE_THREAD = {
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    **ONE_OPENMP_THREAD,
}

_GIVES_BACK = {"MALLOC_TRIM_THRESHOLD_": "131072"}
"""glibc's own threshold, said aloud: unsaid, it grows with the model that is read, and 30 MB are never given back."""

KEEPS_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2), "MALLOC_TRIM_THRESHOLD_": str(1024**3)}
"""A training compares examples part by part: glibc keeps the memory of a part, up to the most it allows, for the next;
without this the regression took 51 s instead of 36."""


def assistant_environment(settings: Settings) -> dict[str, str]:
    """The surroundings of everything that runs in the assistant's own environment."""
    return {
        **settings.environment(),
        **_QUIET_NETWORK,
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning starve the other servers on two cores
    }


def _without_secrets(settings: Settings) -> dict[str, str]:
    """The surroundings of a program that talks with no messenger: the secrets are empty, whatever `.env` says."""
    return {**assistant_environment(settings), **dict.fromkeys(settings.secrets(), "")}


def rasa_environment(settings: Settings) -> dict[str, str]:
    """The surroundings of the Rasa server."""
    return {
        **_without_secrets(settings),
        **_ONE_THREAD,
        **_GIVES_BACK,
        **openblas_environment(),
        "PYTHONPATH": str(ROOT),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TRACKER_DB": str(settings.tracker_database),
        "TURNS_DB": str(settings.turns_database),
        "RASA_CACHE_DIRECTORY": str(settings.home / "rasa-cache"),
    }


def training_environment(settings: Settings) -> dict[str, str]:
    """The surroundings of Rasa's training, which has equations enough for all cores."""
    on_all_cores = {name: value for name, value in rasa_environment(settings).items() if name not in _ONE_THREAD}
    return {**on_all_cores, **KEEPS_MEMORY}


def rasa_server(settings: Settings, model: Path, client: httpx.AsyncClient) -> Program:
    """The Rasa server with one model: on loopback only, and without its management interface."""
    command = (
        *(str(RASA_PYTHON), "-m", "rasa", "run", "--model", str(model)),
        *("--interface", LOOPBACK, "--port", str(settings.rasa_port)),
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    )
    actions_ready = _answers(client, f"http://{LOOPBACK}:{settings.actions_port}/health")
    ready = _takes_turns(client, f"{settings.rasa_url}/webhooks/rest/webhook", actions_ready)
    port = settings.rasa_port
    return Program("rasa", command, rasa_environment(settings), LOOPBACK, port, "RASA_PORT", ready)


def action_server(settings: Settings, client: httpx.AsyncClient) -> Program:
    """The action server, on loopback only."""
    port = settings.actions_port
    environment = {**_without_secrets(settings), **ONE_OPENMP_THREAD, "SANIC_HOST": LOOPBACK}
    ready = _answers(client, f"http://{LOOPBACK}:{port}/health")
    command = (sys.executable, "-m", "actions")
    return Program("actions", command, environment, LOOPBACK, port, "ACTIONS_PORT", ready)


def channels(settings: Settings, client: httpx.AsyncClient) -> Program:
    """The web page, on the address that the settings name, and the messengers."""
    host, port = settings.web_host, settings.web_port
    local = LOOPBACK if host in ("0.0.0.0", "::") else host
    ready = _answers(client, str(httpx.URL(scheme="http", host=local, port=port, path="/health")))
    command = (sys.executable, "-m", "bot", "channels")
    return Program("channels", command, assistant_environment(settings), host, port, "WEB_PORT", ready)


def _answers(client: httpx.AsyncClient, address: str) -> Callable[[], Awaitable[bool]]:
    """A sign of life: the address answers 200."""

    async def ready() -> bool:
        try:
            return (await client.get(address)).status_code == 200
        except httpx.HTTPError:
            return False

    return ready


def _takes_turns(
    client: httpx.AsyncClient, webhook: str, actions_ready: Callable[[], Awaitable[bool]]
) -> Callable[[], Awaitable[bool]]:
    """A sign of life of Rasa: a turn has an answer. Its port opens even where no model was loaded.

    Asked only once the action server answers: before, each turn would leave a failure in Rasa's log.
    """

    async def ready() -> bool:
        if not await actions_ready():
            return False
        try:
            answer = await client.post(webhook, json={"sender": "readiness", "message": "/help"})
            return answer.status_code == 200 and bool(answer.json())
        except (httpx.HTTPError, ValueError):
            return False

    return ready
