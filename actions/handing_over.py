"""Papers on their way to a person: put down where the channel fetches them."""

import logging
from dataclasses import dataclass

from actions.registration.desk import Turn
from actions.services import Services
from actions.wording import say

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handed:
    """What is said of a paper, and where the channel finds it: `<token>/<name>`, or None where there is none."""

    text: str
    attachment: str | None


def put_down(services: Services, person: str, turn: Turn, language: str) -> Handed | None:
    """Put the paper of a turn down; None where it brings none.

    One that cannot be written can be asked for again. Who has had their data deleted has no papers left either.
    """
    if services.shelf is None:
        return None
    for erased in turn.erased:
        services.shelf.forget(erased)
    if turn.paper is None:
        return None
    name, content = turn.paper
    try:
        token = services.shelf.add(person, name, content, services.clock())
    except OSError:
        _log.exception("a paper could not be put down")
        return Handed(say("paper_not_attached", language), None)
    return Handed(say("paper_attached", language), f"{token}/{name}")
