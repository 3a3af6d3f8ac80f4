import asyncio
from pathlib import Path

import httpx
import pytest

from bot import programs
from bot.nlu.in_parts import AT_ONCE
from bot.programs import KEEPS_MEMORY, action_server, channels, rasa_environment, rasa_server, training_environment
from bot.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    return load_settings(assistant_home=tmp_path, rasa_port=6005, actions_port=6055, web_port=6080)


def answering(status: int, content: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(status, json=content)))


def refusing() -> httpx.AsyncClient:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    return httpx.AsyncClient(transport=httpx.MockTransport(refuse))


def option(command: tuple[str, ...], name: str) -> str:
    return command[command.index(name) + 1]


def test_rasa_listens_on_loopback_only_and_has_no_management_interface(settings: Settings) -> None:
    program = rasa_server(settings, Path("model.tar.gz"), refusing())
    assert option(program.command, "--interface") == "127.0.0.1"
    assert option(program.command, "--port") == "6005"
    assert option(program.command, "--model") == "model.tar.gz"
    assert not {"--enable-api", "--cors", "--inspect", "--debug", "-vv"} & set(program.command)
    assert program.environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert program.environment["ACTIONS_PORT"] == "6055"
    assert program.environment["TRACKER_DB"] == str(settings.home / "dialogue.sqlite")
    assert program.environment["TURNS_DB"] == str(settings.home / "turns.sqlite")


def test_a_message_has_one_thread_and_a_training_all_cores(settings: Settings) -> None:
    serving, training = rasa_environment(settings), training_environment(settings)
    assert serving["OMP_NUM_THREADS"] == serving["OPENBLAS_NUM_THREADS"] == "1"
    assert not {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} & set(training)
    otherwise = {name for name in serving if training.get(name, serving[name]) != serving[name]}
    assert otherwise == {"MALLOC_TRIM_THRESHOLD_"}


def test_a_training_keeps_memory_that_a_server_gives_back(settings: Settings) -> None:
    assert KEEPS_MEMORY.items() <= training_environment(settings).items()
    assert rasa_environment(settings)["MALLOC_TRIM_THRESHOLD_"] == "131072"
    # glibc keeps no parts above 32 MB, whatever it is told
    assert 4 * AT_ONCE < int(KEEPS_MEMORY["MALLOC_MMAP_THRESHOLD_"]) == 32 * 1024**2


def test_an_action_server_has_one_thread(settings: Settings) -> None:
    assert action_server(settings, refusing()).environment["OMP_NUM_THREADS"] == "1"


def test_rasa_s_equations_know_the_processor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "openblas_environment", lambda: {"OPENBLAS_CORETYPE": "Haswell"})
    for environment in (rasa_environment(settings), training_environment(settings)):
        assert environment["OPENBLAS_CORETYPE"] == "Haswell"


def test_only_the_channels_are_given_the_secrets_of_the_messengers(settings: Settings) -> None:
    given = settings.model_copy(update={name.lower(): "a-secret" for name in settings.secrets()})
    assert {"TELEGRAM_TOKEN", "ZALO_BOT_TOKEN", "ZALO_OA_APP_SECRET", "ZALO_TOKEN_KEY"} <= set(given.secrets())
    for program in (rasa_server(given, Path("m"), refusing()), action_server(given, refusing())):
        assert {program.environment[name] for name in given.secrets()} == {""}
    assert {channels(given, refusing()).environment[name] for name in given.secrets()} == {"a-secret"}


def test_the_action_server_listens_on_loopback_only(settings: Settings) -> None:
    program = action_server(settings, refusing())
    assert program.command[1:] == ("-m", "actions")
    assert program.environment["SANIC_HOST"] == "127.0.0.1"
    assert program.environment["ACTIONS_PORT"] == "6055"
    assert program.host == "127.0.0.1"


def test_the_action_server_itself_binds_loopback_whatever_its_surroundings_say() -> None:
    from actions.__main__ import HOST

    assert HOST == "127.0.0.1"


def test_the_channels_listens_where_the_setting_says(settings: Settings) -> None:
    assert channels(settings, refusing()).host == "127.0.0.1"
    opened = settings.model_copy(update={"web_host": "0.0.0.0"})
    program = channels(opened, refusing())
    assert (program.host, program.environment["WEB_HOST"]) == ("0.0.0.0", "0.0.0.0")


def test_no_program_asks_a_model_hub_or_sends_telemetry(settings: Settings) -> None:
    client = refusing()
    for program in (
        rasa_server(settings, Path("m"), client),
        action_server(settings, client),
        channels(settings, client),
    ):
        assert program.environment["HF_HUB_OFFLINE"] == "1"
        assert program.environment["RASA_TELEMETRY_ENABLED"] == "false"


@pytest.mark.parametrize(
    ("status", "content", "is_ready"),
    [(200, [{"text": "Xin chào"}], True), (200, [], False), (500, {"status": "failure"}, False)],
)
def test_rasa_is_ready_once_a_turn_has_an_answer(
    settings: Settings, status: int, content: object, is_ready: bool
) -> None:
    program = rasa_server(settings, Path("m"), answering(status, content))
    assert asyncio.run(program.ready()) is is_ready  # type: ignore[arg-type]


def test_rasa_is_asked_for_a_turn_only_once_the_action_server_answers(settings: Settings) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url}")
        return httpx.Response(503)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    assert not asyncio.run(rasa_server(settings, Path("m"), client).ready())  # type: ignore[arg-type]
    assert asked == ["GET http://127.0.0.1:6055/health"]


@pytest.mark.parametrize("make", [action_server, channels])
def test_the_other_programs_are_ready_once_their_health_address_answers(settings: Settings, make) -> None:  # type: ignore[no-untyped-def]
    assert asyncio.run(make(settings, answering(200, {"status": "ok"})).ready())
    assert not asyncio.run(make(settings, answering(503, {})).ready())
    assert not asyncio.run(make(settings, refusing()).ready())


def test_the_files_that_rasa_reads_take_the_values_it_is_given(settings: Settings) -> None:
    from bot.settings import ROOT

    endpoints = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    assert "url: http://127.0.0.1:${ACTIONS_PORT}/webhook" in endpoints  # quoted, Rasa would not fill it in
    assert "db: ${TRACKER_DB}" in endpoints
