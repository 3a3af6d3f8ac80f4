"""The signature of the Official Account's events: SHA-256 over app id, body, time and a secret, one after the other."""

import hashlib
import re
from collections.abc import Mapping

from bot.channels.webhook import same_secret

HEADER = "X-ZEvent-Signature"
_PREFIX = re.compile(r"^\s*mac\s*=\s*", re.IGNORECASE)


def mac(first: str, body: bytes, timestamp: str, secret: str) -> str:
    """Return the signature in small hexadecimal; `body` as it was received, `first` is the app's id."""
    return hashlib.sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def signer(
    given: str, body: bytes, timestamp: str, firsts: Mapping[str, str], secrets: Mapping[str, str]
) -> str | None:
    """Return which of the ways the sources name made the signature `given`, None where none did.

    They differ in the first term (the id of the app or of the account) and in the secret (the account's or the
    app's): both are by name, empty ones are not tried.
    """
    shown = _PREFIX.sub("", given).strip().lower()
    for secret_name, secret in secrets.items():
        for first_name, first in firsts.items():
            if first and secret and same_secret(shown, mac(first, body, timestamp, secret)):
                return f"{first_name}, {secret_name}{'' if _PREFIX.match(given) else ', without mac='}"
    return None
