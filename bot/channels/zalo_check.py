"""Tells an operator in plain words how Zalo is set up: what works, until when, and what is missing where."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import httpx

from bot.channels.zalo_bot import intake as bot_intake
from bot.channels.zalo_bot.api import BotApi
from bot.channels.zalo_oa import intake as oa_intake
from bot.channels.zalo_oa.api import NO_TOKEN, SILENT, UNREACHABLE, Answer, OaApi
from bot.channels.zalo_oa.errors import rule_of
from bot.channels.zalo_oa.exchange import vault_of
from bot.channels.zalo_oa.service import missing
from bot.channels.zalo_oa.tokens import Exchange, TokenKeeper, apart
from bot.settings import ZONE, Settings

FORGED = (
    "events come in, but their signature is another: ZALO_OA_SECRET_KEY is not the OA Secret Key beside the webhook's"
    " address in the console"
)
SILENCE = (
    "no event has come in since the start. In the console, under Webhook: is the address right, and are these events"
    " switched on: user_send_* (all kinds), user_submit_info, follow, unfollow, user_click_chatnow, user_withdraw?"
)

ENDINGS = {
    "spent": "Zalo does not take the refresh token any more: get a new pair in the API Explorer and put its refresh"
    " token into ZALO_OA_REFRESH_TOKEN",
    "refused": "Zalo gives no tokens to this app: check ZALO_OA_APP_ID and ZALO_OA_APP_SECRET",
    "unreachable": "Zalo does not answer at ZALO_OAUTH: check the network",
    "locked": "the kept tokens cannot be read or written; the lines above say why",
    "nothing to begin with": "ZALO_OA_REFRESH_TOKEN is empty: get a pair in the API Explorer",
}


@dataclass(frozen=True)
class Finding:
    """One line: it is well, it is wrong, or it is only worth knowing."""

    kind: Literal["ok", "!!", "--"]
    text: str


async def check(
    settings: Settings, client: httpx.AsyncClient, clock: Callable[[], datetime], exchange: Exchange
) -> list[Finding]:
    """Return what is found of both ways into Zalo."""
    running = await _running(settings, client)
    return [
        *await _account(settings, client, clock, exchange, running.get("zalo_oa", {})),
        *await _bot(settings, client, running.get("zalo_bot", {})),
        *_site(settings),
    ]


async def _account(
    settings: Settings,
    client: httpx.AsyncClient,
    clock: Callable[[], datetime],
    exchange: Exchange,
    running: Mapping[str, Any],
) -> list[Finding]:
    if not settings.zalo_oa_app_id:
        return [Finding("--", "Official Account: off, ZALO_OA_APP_ID is empty.")]
    if lacking := missing(settings):
        return [Finding("!!", f"Official Account: {', '.join(lacking)} is empty; see docs/channels.md.")]
    keeper = TokenKeeper(vault_of(settings), settings.zalo_oa_refresh_token, exchange, clock)
    api = OaApi(client, settings.zalo_oa_api, keeper, settings.zalo_oa_per_minute)
    answer = await api.account()
    found = [*await _tokens(keeper), _known(answer), _address(settings, oa_intake.WEBHOOK_PATH)]
    return [*found, *_events(running)]


async def _tokens(keeper: TokenKeeper) -> list[Finding]:
    found, tokens = [], await keeper.tokens()
    if tokens is not None and tokens.access:
        until = f"{tokens.expires.astimezone(ZONE):%d/%m/%Y %H:%M}"
        found.append(Finding("ok", f"Official Account: the access token works until {until}; it renews itself before."))
    if tokens is not None and tokens.spent:
        found.append(Finding("!!", f"Official Account: {ENDINGS['spent']}."))
    elif keeper.ending in ENDINGS:
        found.append(Finding("!!", f"Official Account: {ENDINGS[keeper.ending]}."))
    return found


def _known(answer: Answer) -> Finding:
    """Return what Zalo says of the account."""
    if answer.code == NO_TOKEN:
        return Finding("!!", "Official Account: without an access token nothing can be sent.")
    if answer.code in (UNREACHABLE, SILENT):
        return Finding("!!", "Official Account: Zalo does not answer at ZALO_OA_API: check the network.")
    if answer.code:
        return Finding("!!", f"Official Account: {rule_of(answer.code).means} (error {answer.code}).")
    known = ("name", "oaid", "package_name", "package_valid_through_date")
    said = ", ".join(f"{key} {answer.data[key]}" for key in known if answer.data.get(key))
    verified = answer.data.get("is_verified") is not False
    return Finding("ok" if verified else "!!", f"Official Account: {said}{'' if verified else '; it is not verified'}.")


def _events(running: Mapping[str, Any]) -> list[Finding]:
    """Return what the running assistant has seen of the webhook."""
    counts: Mapping[str, int] = running.get("counts", {})
    if not running:
        return [Finding("--", "Official Account: the assistant is not running, so nothing is known of the webhook.")]
    if running.get("signed_by"):
        return [Finding("ok", f"Official Account: events come in, signed with {running['signed_by']}.")]
    if counts.get("forged"):
        return [Finding("!!", f"Official Account: {FORGED}.")]
    return [Finding("!!", f"Official Account: {SILENCE}")]


async def _bot(settings: Settings, client: httpx.AsyncClient, running: Mapping[str, Any]) -> list[Finding]:
    if not settings.zalo_bot_token:
        return [Finding("--", "Zalo bot: off, ZALO_BOT_TOKEN is empty.")]
    answer = await BotApi(client, settings.zalo_bot_api, settings.zalo_bot_token).call("getMe", {})
    if answer.code < 0:
        return [Finding("!!", "Zalo bot: the Bot Platform does not answer at ZALO_BOT_API: check the network.")]
    if answer.code or not isinstance(answer.result, dict):
        again = "copy it again from the message of Zalo Bot Manager"
        return [Finding("!!", f"Zalo bot: the token is refused (error {answer.code}); {again}.")]
    name = answer.result.get("account_name") or answer.result.get("name") or "without a name"
    found = [Finding("ok", f"Zalo bot: the token is that of {name}.")]
    if settings.zalo_bot_webhook_secret:
        found.append(_address(settings, bot_intake.WEBHOOK_PATH))
    state = running.get("state", "not running")
    works = state in ("polling", "webhook")
    found.append(Finding("ok" if works else "--", f"Zalo bot: the assistant says: {state}."))
    return found


def _address(settings: Settings, path: str) -> Finding:
    """Return where Zalo is to call."""
    address = settings.public_address or ""
    if not address.startswith("https://"):
        return Finding("!!", "The webhook needs PUBLIC_ADDRESS with https://, an address that Zalo can reach.")
    return Finding("ok", f"The webhook's address, for the console: {address.rstrip('/')}{path}")


def _site(settings: Settings) -> list[Finding]:
    if not settings.zalo_oa_app_id:
        return []
    if not settings.zalo_site_verification:
        return [Finding("--", "ZALO_SITE_VERIFICATION is empty: set it where the console asks to prove the domain.")]
    return [Finding("ok", "The page carries the tag by which Zalo checks the domain.")]


async def _running(settings: Settings, client: httpx.AsyncClient) -> Mapping[str, Any]:
    """Return what the running assistant says of its channels, nothing where it does not run."""
    host = "127.0.0.1" if settings.web_host in ("0.0.0.0", "::") else settings.web_host
    address = httpx.URL(scheme="http", host=host, port=settings.web_port, path="/health")
    try:
        channels: Mapping[str, Any] = (await client.get(address, timeout=5)).json()["channels"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return {}
    return {name: state for name, state in channels.items() if state.get("state") != "off"}


def main(settings: Settings, clock: Callable[[], datetime]) -> int:
    """Print what is found; 0 where nothing is wrong."""

    async def found() -> list[Finding]:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await check(settings, client, clock, apart({**os.environ, **settings.environment()}))

    findings = asyncio.run(found())
    print("\n".join(f"{finding.kind}  {finding.text}" for finding in findings))
    return int(any(finding.kind == "!!" for finding in findings))
