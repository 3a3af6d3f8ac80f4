import re
from datetime import datetime
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings, SettingsError, load_settings

NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_and_what_to_write(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description is not None
    assert field.description.endswith(".")
    assert field.examples


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_example_is_a_value_that_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_ADDRESS", "https://danvan.example.vn")  # what the webhook of Telegram needs
    example = str((Settings.model_fields[name].examples or [])[0])
    monkeypatch.setenv(name.upper(), example)
    taken = getattr(load_settings(), name)
    read = type(taken).fromisoformat(example) if isinstance(taken, datetime) else type(taken)(example)
    assert taken == (ROOT / read if isinstance(taken, Path) else read)


def test_a_webhook_without_an_address_is_refused_without_telling_the_secret() -> None:
    with pytest.raises(SettingsError, match="PUBLIC_ADDRESS") as refused:
        load_settings(telegram_webhook_secret="hidden-word")
    assert "hidden-word" not in str(refused.value)


def test_secrets_do_not_show_where_settings_are_printed() -> None:
    settings = load_settings(telegram_token="1:hidden", telegram_webhook_secret="hidden", public_address="https://a.vn")
    assert "hidden" not in repr(settings)


def test_the_example_file_names_every_setting_with_its_description_and_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    written = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))
    assert sorted(written) == sorted(NAMES)
    for name, field in Settings.model_fields.items():
        assert f"# {field.description}\n" in text
        assert written[name.upper()] == ("" if field.default is None else str(field.default))


def test_defaults_keep_everything_in_the_state_folder() -> None:
    settings = load_settings()
    assert settings.home == ROOT / "var"
    assert settings.database_url == f"sqlite:///{ROOT}/var/assistant.sqlite"
    folders = (settings.index_folder, settings.models_folder, settings.logs_folder, settings.tracker_database)
    assert all(folder.parent == settings.home for folder in folders)


def test_the_state_folder_moves_what_is_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/assistant.sqlite"
    assert settings.models_folder == tmp_path / "models"


def test_a_home_directory_of_the_user_is_not_the_state_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    assert load_settings().home == ROOT / "var"


def test_the_clock_can_be_set_and_is_told_in_vietnam_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_NOW", "2023-04-24T23:30:00+00:00")
    now = load_settings().now()
    assert now == datetime.fromisoformat("2023-04-25T06:30:00+07:00")
    assert now.isoformat() == "2023-04-25T06:30:00+07:00"


def test_without_a_set_clock_time_passes_in_vietnam_time() -> None:
    now = load_settings().now()
    offset = now.utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 7 * 3600
    assert now.year >= 2026


def test_portals_are_told_apart_by_commas() -> None:
    origins = "https://portal.example.vn , https://*.noi-bo.vn:8443,http://[::1]:80"
    named = ("https://portal.example.vn", "https://*.noi-bo.vn:8443", "http://[::1]:80")
    assert load_settings(portal_origins=origins).portals == named
    assert load_settings().portals == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RASA_PORT", "abc"),
        ("WEB_PORT", "0"),
        ("ACTIONS_PORT", "65536"),
        ("ASSISTANT_NOW", "hôm nay"),
        ("ASSISTANT_NOW", "1700000000"),
        ("ASSISTANT_NOW", "2023-04-25T06:30:00"),
        ("DATABASE_URL", "assistant.sqlite"),
        ("PUBLIC_ADDRESS", "danvan.example.vn"),
        ("RETENTION_DAYS", "0"),
        ("REMINDER_HOURS", "17:00-08:00"),
        ("REMINDER_HOURS", "8-17"),
        ("REMINDER_HOURS", "08:00-25:00"),
        ("DRAFT_REMINDER_DAYS", "-1"),
        ("PORTAL_ORIGINS", "portal.example.vn"),
        ("PORTAL_ORIGINS", "https://portal.example.vn/tin"),
        ("PORTAL_ORIGINS", "https://a.vn; script-src *"),
        ("PORTAL_ORIGINS", "https://cổng.vn"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value).startswith(f"{name}={value}: ")
    assert f"Write for example {name}=" in str(raised.value)


def test_several_bad_values_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_PORT", "x")
    monkeypatch.setenv("WEB_PORT", "y")
    with pytest.raises(SettingsError, match=r"(?s)RASA_PORT=x.*WEB_PORT=y"):
        load_settings()


def test_two_programs_on_one_port_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "5005")
    with pytest.raises(SettingsError, match="RASA_PORT, ACTIONS_PORT and WEB_PORT must be three different"):
        load_settings()


def test_a_misspelt_name_in_the_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("RASSA_PORT=5006\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"RASSA_PORT in \.env is no setting; .*RASA_PORT"):
        load_settings(_env_file=file)


def test_a_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("RASA_PORT=6001\nWEB_PORT=6002\n", encoding="utf-8")
    monkeypatch.setenv("RASA_PORT", "6003")
    settings = load_settings(_env_file=file)
    assert (settings.rasa_port, settings.web_port) == (6003, 6002)


def test_a_child_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2023-04-25T06:30:00+07:00")
    settings = load_settings(assistant_home=tmp_path, assistant_now=moment, web_host="0.0.0.0")
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"web_host": "0.0.0.0"}, "http://127.0.0.1:8080"),
        ({"web_host": "192.0.2.1", "web_port": 80}, "http://192.0.2.1:80"),
        ({"web_host": "::1"}, "http://[::1]:8080"),
        ({"public_address": "https://danvan.example.vn"}, "https://danvan.example.vn"),
    ],
)
def test_the_address_that_is_told_to_people(changes: dict[str, object], address: str) -> None:
    assert load_settings(**changes).web_address == address
