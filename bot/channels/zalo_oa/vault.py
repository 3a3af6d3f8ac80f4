"""Where the tokens of the Official Account are kept: encrypted, written through to the disk, one writer at a time."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter, ValidationError

from bot.private_files import write_private


class VaultLocked(Exception):
    """What is kept cannot be read with this key, or is damaged; the message says what to do."""


@dataclass(frozen=True)
class Tokens:
    """A pair of tokens; `access` is taken until `expires`, "" for none yet, and exchanged from `renew` on.

    `seed` is the fingerprint of the refresh token of the settings with which the chain of pairs began. `spent`: Zalo
    no longer takes `refresh`, and only a new one in the settings helps.
    """

    access: str
    refresh: str
    expires: datetime
    renew: datetime
    seed: str
    spent: bool = False


_TOKENS = TypeAdapter(Tokens)


def fingerprint(secret: str) -> str:
    """Return what tells secrets apart and nothing else of them."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


class Vault:
    """The tokens in `folder`; `key` is a Fernet key, "" for one that is kept beside them."""

    def __init__(self, folder: Path, key: str = "") -> None:
        self._folder = folder
        self._key = key

    def read(self) -> Tokens | None:
        """Return the pair kept last, None before the first.

        Raises:
            VaultLocked: it was encrypted with another key, or is damaged.
            OSError: the folder cannot be read.
        """
        try:
            kept = (self._folder / "tokens").read_bytes()
        except FileNotFoundError:
            return None
        try:
            return _TOKENS.validate_json(self.cipher().decrypt(kept))
        except (InvalidToken, ValidationError) as error:
            raise VaultLocked(
                f"{self._folder / 'tokens'} cannot be read with the present key. Give ZALO_TOKEN_KEY its old value"
                " back, or delete the file and put a new refresh token into ZALO_OA_REFRESH_TOKEN."
            ) from error

    def write(self, tokens: Tokens) -> None:
        """Keep a pair in the place of the one before; it is on the disk when this returns.

        Raises:
            OSError: the folder cannot be written; the pair before is still kept.
        """
        write_private(self._folder / "tokens", self.cipher().encrypt(_TOKENS.dump_json(tokens)))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process out of the block; the lock of a process that was killed is free again."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def cipher(self) -> Fernet:
        """Return what encrypts with the vault's key; the first call makes the key where none is set."""
        if self._key:
            return Fernet(self._key)
        file = self._folder / "key"
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (self._folder / "key.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not file.exists():
                    write_private(file, Fernet.generate_key())
        return Fernet(file.read_bytes())
