"""Papers on their way to a person: put down where the channel fetches them."""

import logging

from actions.registration.desk import Turn
from actions.services import Services

_log = logging.getLogger(__name__)


def put_down(services: Services, person: str, turn: Turn) -> dict[str, str] | None:
    """Put the paper of a turn down; return its name and token, or None for none.

    One that cannot be written can be asked for again. Who has had their data deleted has no papers left either.
    """
    if services.shelf is None:
        return None
    if turn.erased:
        services.shelf.forget(person)
    if turn.paper is None:
        return None
    name, content = turn.paper
    try:
        return {"name": name, "token": services.shelf.add(person, name, content, services.clock())}
    except OSError:
        _log.exception("a paper could not be put down")
        return None
