"""The assistant's own command: `python -m bot run|channels|chat|train|zalo check`."""

import argparse
import asyncio
import contextlib
import signal
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx

from actions.registration.papers.shelf import Shelf
from bot.child import ProcessError
from bot.preparation import check_state_folder, model_file, ready_index, ready_model
from bot.processes import Supervisor, check_port
from bot.programs import action_server, channels, rasa_server
from bot.settings import ROOT, Settings, SettingsError, load_settings

if TYPE_CHECKING:  # `run` itself needs none of them
    from bot.memory.opening import Memory
    from bot.reminders.desk import Unasked
    from bot.reminders.service import OpenReminders, Reminders

INDEX_PATIENCE = 3.0
"""Seconds after which the index is not just being checked but built, and the operator is told."""


def main() -> int:
    """Runs one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Trợ lý Dân vận khéo")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything and watch it until Ctrl-C")
    commands.add_parser("channels", help="the web page and the messengers alone (the other servers must run)")
    commands.add_parser("chat", help="talk in this terminal (the other servers must run)")
    commands.add_parser("train", help="train the Rasa model if what it is made from has changed")
    zalo = commands.add_parser("zalo", help="look after Zalo").add_subparsers(dest="look", required=True)
    zalo.add_parser("check", help="tell what is set up, which credentials work until when, and what is missing")
    command = parser.parse_args().command
    try:
        settings = load_settings()
        if command == "run":
            return asyncio.run(_until_told_to_stop(settings))
        if command == "train":
            check_state_folder(settings)
            model = model_file(settings)
            asyncio.run(ready_model(settings, model, _say))
            print(model)
        elif command == "zalo":
            from bot.channels import zalo_check

            return zalo_check.main(settings, lambda: datetime.now(UTC))
        elif command == "channels":
            from bot.channels import running

            shelf = Shelf(settings.papers_folder)
            running.serve(settings, shelf.find, _reminders(settings, shelf))
        else:
            from bot.channels import console

            shelf = Shelf(settings.papers_folder)
            console.main(settings, shelf.find, _reminders(settings, shelf))
    except (SettingsError, ProcessError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _reminders(settings: Settings, shelf: Shelf) -> "OpenReminders":
    """Returns what opens the reminders, over the drafts of the registrations."""
    from actions.registration.store import open_store
    from bot.reminders.opening import open_reminders

    def opened(memory: "Memory", unasked: "Unasked") -> "Reminders":
        drafts = open_store(settings.database_url).left_between
        return open_reminders(settings, memory, shelf.add, drafts, unasked)

    return opened


def _say(text: str) -> None:
    print(text, flush=True)


async def _until_told_to_stop(settings: Settings) -> int:
    """Runs the assistant until Ctrl-C, SIGTERM or the end of the terminal; 0 if told to stop."""
    running = asyncio.create_task(_run(settings))

    def stop_once() -> None:
        for number in signals:
            loop.add_signal_handler(number, lambda: None)  # stopping takes seconds; let it finish
        _say("\nStopping ...")
        running.cancel()

    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, stop_once)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    _say("Stopped.")
    return 0


async def _run(settings: Settings) -> None:
    """Prepares, starts and watches; Rasa loads its model while the index is made ready."""
    started = time.monotonic()
    check_state_folder(settings)
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        model = model_file(settings)
        rasa = rasa_server(settings, model, client)
        actions, bot = action_server(settings, client), channels(settings, client)
        for program in (rasa, actions, bot):
            check_port(program)
        supervisor = Supervisor(ROOT, settings.logs_folder, _say)
        index = asyncio.create_task(ready_index(settings))
        try:
            await ready_model(settings, model, _say)
            await supervisor.launch(rasa)
            if not (await asyncio.wait({index}, timeout=INDEX_PATIENCE))[0]:
                _say("Building the passage index (up to a minute) ...")
            await index
            await supervisor.launch(actions)
            await supervisor.launch(bot)
            _say(f"Starting; logs are in {settings.logs_folder} ...")
            await supervisor.wait_ready()
            _say(f"Ready after {time.monotonic() - started:.0f} s: {settings.web_address} (Ctrl-C stops it)")
            await supervisor.watch()
        finally:
            index.cancel()
            await asyncio.gather(index, return_exceptions=True)
            await supervisor.stop()


if __name__ == "__main__":
    sys.exit(main())
