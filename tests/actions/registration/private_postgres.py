"""A PostgreSQL server of the tests' own, from the installed binaries, and a fresh schema for each test."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, make_url, text

_ROLE = "tests"
_START_SECONDS = 60
_STOP_SECONDS = 30
_UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def find_binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`, the newest of Debian's or that on the PATH, or None."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(versions, key=lambda folder: (len(folder.parent.name), folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    others = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*newest_first, *others]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@contextmanager
def private_server(binaries: Path) -> Iterator[str]:
    """Run a server on a Unix socket in a temporary folder of its own; give the URL of its database.

    Raises:
        RuntimeError: it does not start; the message ends with its log.
    """
    # Not below TMPDIR: a socket's path is at most 107 bytes, and the server's user must reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    try:
        ownership = _unprivileged(folder)
        data, log = folder / "data", folder / "log"
        making = [binaries / "initdb", "-D", data, "-U", _ROLE, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run(making, cwd=folder, capture_output=True, text=True, **ownership)
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        serving = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
        serving += [part for name, value in _UNSAFE_BUT_FAST.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                serving,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C ends the tests, and these end the server
                **ownership,
            )
        try:
            _wait_until_ready(server, folder, log)
            yield f"postgresql://{_ROLE}@/postgres?host={folder}"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_schema(url: str) -> Iterator[str]:
    """Make an empty schema in the database at `url`; give the URL by which its tables are found there."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        try:
            inside = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
            yield inside.render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return how a process is started that is not root's, as PostgreSQL demands; `folder` becomes its user's."""
    if os.getuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(folder), user=_ROLE, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": connections are ended
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()
