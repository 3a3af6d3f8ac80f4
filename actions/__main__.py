"""The action server: `python -m actions`. Listens on 127.0.0.1 only; Rasa is its one client."""

import logging
import sys
from functools import partial
from threading import Event

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.following import follow
from actions.rasa_actions import all_actions
from actions.registration.database import StoreUnavailable
from actions.registration.units import BadUnits
from actions.services import open_services
from bot.settings import SettingsError, load_settings
from knowledge.live_plans import stamp
from knowledge.reading import UnreadablePlan

HOST = "127.0.0.1"


def main() -> int:
    """Open everything, then serve until stopped; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("rasa_sdk.executor").setLevel(logging.WARNING)
    try:
        settings = load_settings()
        open_all = partial(
            open_services,
            index_folder=settings.index_folder,
            added_plans=settings.added_plans,
            encoder=settings.encoder,
            database_url=settings.database_url,
            clock=settings.now,
            retention_days=settings.retention_days,
            staff=settings.staff_members,
            units_file=settings.units_path,
            units_required=settings.units_file is not None,
            papers_folder=settings.papers_folder,
        )
        services = open_all()
    except (SettingsError, StoreUnavailable, UnreadablePlan, BadUnits) as error:
        print(error, file=sys.stderr)
        return 1
    executor, actions = ActionExecutor(), all_actions(services)
    for action in actions:
        executor.register_action(action)

    def renew() -> None:
        opened = open_all(before=services)
        for action in actions:
            action.services = opened

    follow(lambda: stamp(settings.added_plans, settings.index_folder), renew, Event())
    app = create_app(executor, cors_origins="")
    app.run(host=HOST, port=settings.actions_port, single_process=True, motd=False, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
