"""Exchanges a refresh token for the next pair, in a process of its own: `python -m bot.channels.zalo_oa.exchange`.

A refresh token works once, so a pair that Zalo has given and nobody has kept is the end of the account's access. This
process does nothing else than to ask and to write the answer down. It does not end with the one that started it, nor
when it is asked to: it is over within a minute.
"""

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx

from bot.channels.zalo_oa.vault import Tokens, Vault, VaultLocked, fingerprint
from bot.settings import Settings, load_settings

PATH = "/v4/oa/access_token"
LIFETIME = timedelta(hours=25)
"""How long an access token lives where the answer does not say."""

EARLY = 0.2
"""The share of its life that is left when an access token is exchanged."""

ANSWER_SECONDS = 60.0
SPENT = -14014
"""Zalo's code for a refresh token that it does not take; for one used before it has been seen to answer nothing."""

Ending = Literal["fresh", "renewed", "spent", "refused", "unreachable", "locked", "nothing to begin with"]
"""`fresh`: another process was faster, or it is early. `spent`: only a new refresh token in the settings helps.

`refused`: Zalo does not know the app or its secret. `unreachable`: no answer, to be tried again. `locked`: the kept
tokens cannot be read or written.
"""


@dataclass(frozen=True)
class App:
    """Who asks: the app's id and secret, the refresh token of the settings, and where to ask."""

    id: str
    secret: str
    seed: str
    address: str


def vault_of(settings: Settings) -> Vault:
    """Return the vault in the state folder."""
    return Vault(settings.home / "zalo", settings.zalo_token_key)


def app_of(settings: Settings) -> App:
    """Return the app that the settings name."""
    return App(
        settings.zalo_oa_app_id, settings.zalo_oa_app_secret, settings.zalo_oa_refresh_token, settings.zalo_oauth
    )


def present(vault: Vault, seed: str) -> Tokens | None:
    """Return the kept pair; None where there is none, or the settings begin anew with another refresh token.

    Raises:
        VaultLocked: the kept pair cannot be read.
        OSError: the folder cannot be read.
    """
    tokens = vault.read()
    return None if tokens is None or (seed and tokens.seed != fingerprint(seed)) else tokens


def exchange(vault: Vault, app: App, refused: str, client: httpx.Client, now: Callable[[], datetime]) -> Ending:
    """Keep the next pair, if it is time for it; one process does so, the others wait and find it fresh.

    `refused` is the fingerprint of an access token that Zalo refuses, "" for none.
    """
    try:
        with vault.alone():
            return _exchange(vault, app, refused, client, now)
    except (VaultLocked, OSError) as error:
        print(error, file=sys.stderr)
        return "locked"


def _exchange(vault: Vault, app: App, refused: str, client: httpx.Client, now: Callable[[], datetime]) -> Ending:
    tokens = present(vault, app.seed)
    if tokens is None:
        if not app.seed:
            return "nothing to begin with"
        tokens = Tokens("", app.seed, now(), now(), fingerprint(app.seed))
    if tokens.access and fingerprint(tokens.access) != refused and now() < tokens.renew:
        return "fresh"
    if tokens.spent:
        return "spent"
    before = vault.read()
    vault.write(before or tokens)  # where nothing can be kept, nothing is asked for
    asked = {"app_id": app.id, "grant_type": "refresh_token", "refresh_token": tokens.refresh}
    try:
        answer = client.post(f"{app.address}{PATH}", data=asked, headers={"secret_key": app.secret})
    except httpx.HTTPError as error:
        print(f"Zalo did not answer: {type(error).__name__}", file=sys.stderr)
        return "unreachable"
    given = _given(answer, tokens.seed, now())
    if isinstance(given, Tokens):
        vault.write(given)
        return "renewed"
    if given != "spent":
        return given
    if before is not None and before.seed != tokens.seed and not before.spent:
        print("Zalo does not take ZALO_OA_REFRESH_TOKEN; the kept tokens are used on", file=sys.stderr)
        vault.write(replace(before, seed=tokens.seed))
        return _exchange(vault, app, refused, client, now)
    vault.write(replace(tokens, spent=True))
    return "spent"


def _given(answer: httpx.Response, seed: str, now: datetime) -> Tokens | Literal["spent", "refused", "unreachable"]:
    """Return the pair that an answer holds, or what it means that it holds none."""
    if answer.status_code == 200 and not answer.content.strip():
        return "spent"
    content = _content(answer)
    access, refresh = content.get("access_token"), content.get("refresh_token")
    if access and refresh:
        life = _seconds(content.get("expires_in"))
        return Tokens(str(access), str(refresh), now + life, now + life * (1 - EARLY), seed)
    code = content.get("error")
    print(f"Zalo gives no tokens: HTTP {answer.status_code}, error {code}", file=sys.stderr)
    if str(code) == str(SPENT):
        return "spent"
    return "unreachable" if answer.is_server_error or code is None else "refused"


def _content(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _seconds(value: Any) -> timedelta:
    """Return a lifetime that comes as a number or as its digits."""
    try:
        return timedelta(seconds=int(value))
    except (TypeError, ValueError):
        return LIFETIME


def main(arguments: list[str] | None = None) -> int:
    """Exchange the tokens of the settings and print how it ended."""
    parser = argparse.ArgumentParser(prog="python -m bot.channels.zalo_oa.exchange", description=__doc__)
    parser.add_argument("--refused", default="", help="the fingerprint of an access token that Zalo refuses")
    refused = parser.parse_args(arguments).refused
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    settings = load_settings()
    with httpx.Client(trust_env=False, timeout=ANSWER_SECONDS) as client:
        print(exchange(vault_of(settings), app_of(settings), refused, client, lambda: datetime.now(UTC)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
