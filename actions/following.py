"""A running action server follows the plans: when plans or their index change on disk, its services are opened anew."""

import gc
import logging
from collections.abc import Callable
from threading import Event, Thread

from actions.registration.database import StoreUnavailable
from actions.registration.units import BadUnits
from knowledge.index_files import IndexProblem
from knowledge.live_plans import Stamp
from knowledge.reading import UnreadablePlan

SECONDS_BETWEEN = 2.0

_log = logging.getLogger(__name__)


def follow(read_stamp: Callable[[], Stamp], renew: Callable[[], None], stop: Event) -> Thread:
    """Start a thread that calls `renew` after each change of what `read_stamp` returns, until `stop` is set.

    A change is taken up once two looks in a row find the same, so that nothing is read while it is being written. Where
    the new state cannot be used, the log says why and the old services go on.
    """
    thread = Thread(target=_watch, args=(read_stamp, renew, stop), name="following", daemon=True)
    thread.start()
    return thread


def _watch(read_stamp: Callable[[], Stamp], renew: Callable[[], None], stop: Event) -> None:
    used = seen = read_stamp()
    while not stop.wait(SECONDS_BETWEEN):
        found = read_stamp()
        settled, seen = found == seen, found
        if found == used or not settled:
            continue
        used = found
        try:
            renew()
        except (IndexProblem, UnreadablePlan, StoreUnavailable, BadUnits) as problem:
            _log.error("The plans have changed but cannot be used; the old ones go on. %s", problem)
        except Exception:
            _log.exception("The plans have changed but could not be opened; the old ones go on.")
        else:
            gc.collect()  # parts of the old services refer to each other and keep their open files until then
            _log.info("The plans have changed; the new ones are in use.")
