"""The settings of Zalo: the Official Account and the Bot Platform."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class ZaloSettings(BaseSettings):
    """What the two ways into Zalo need; both are off until their first setting has a value."""

    zalo_oa_app_id: str = Field(
        default="",
        pattern=r"^\d{0,32}$",
        description="The id of the app at developers.zalo.me that the Official Account is linked to. Empty: it is off.",
        examples=["1112223334445556667"],
    )
    zalo_oa_app_secret: str = Field(
        default="",
        repr=False,
        description="The secret key of that app.",
        examples=["AbCdEfGhIjKlMnOpQrSt"],
    )
    zalo_oa_secret_key: str = Field(
        default="",
        repr=False,
        description="The OA Secret Key beside the webhook's address in the console; it signs what Zalo sends.",
        examples=["AbCdEfGhIjKlMnOpQrSt"],
    )
    zalo_oa_refresh_token: str = Field(
        default="",
        repr=False,
        description="The refresh token from the API Explorer, to begin with; its successors are kept by the assistant.",
        examples=["a-very-long-word-from-the-API-Explorer"],
    )
    zalo_oa_buttons: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Buttons below messages: auto tries them and turns to numbered lists where Zalo refuses them.",
        examples=["off"],
    )
    zalo_oa_per_minute: int = Field(
        default=80,
        ge=4,
        le=4000,
        description="How many calls a minute the assistant makes at most; below what the account's package allows.",
        examples=["80"],
    )
    zalo_oa_paid_replies: bool = Field(
        default=False,
        description="Whether an answer that an outage delayed by two to seven days is sent, which Zalo bills.",
        examples=["true"],
    )
    zalo_token_key: str = Field(
        default="",
        repr=False,
        pattern=r"^([A-Za-z0-9_-]{43}=)?$",
        description="The Fernet key that encrypts the kept tokens. Empty: a key file in the state folder.",
        examples=["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="],
    )
    zalo_oa_api: str = Field(
        default="https://openapi.zalo.me",
        pattern=r"^https?://[^\s/]+$",
        description="The address of the Official Account's interface.",
        examples=["https://openapi.zalo.me"],
    )
    zalo_oauth: str = Field(
        default="https://oauth.zaloapp.com",
        pattern=r"^https?://[^\s/]+$",
        description="The address where Zalo gives tokens.",
        examples=["https://oauth.zaloapp.com"],
    )
    zalo_site_verification: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,200}$",
        description="The code by which Zalo checks that the domain is yours; it is shown on the page.",
        examples=["HVwT4vJm5Wf0mQC"],
    )
    zalo_bot_token: str = Field(
        default="",
        repr=False,
        pattern=r"^(\d+:\S+)?$",
        description="The token of the Zalo bot, from Zalo Bot Manager. Empty: it is off.",
        examples=["123456789:AbCdEfGhIjKlMnOpQrSt"],
    )
    zalo_bot_webhook_secret: str = Field(
        default="",
        repr=False,
        pattern=r"^([A-Za-z0-9_-]{8,256})?$",
        description="Set: Zalo calls PUBLIC_ADDRESS and shows this secret. Empty: the bot asks for messages.",
        examples=["a-long-random-word"],
    )
    zalo_bot_api: str = Field(
        default="https://bot-api.zaloplatforms.com",
        pattern=r"^https?://[^\s/]+$",
        description="The address of the Bot Platform.",
        examples=["https://bot-api.zaloplatforms.com"],
    )
