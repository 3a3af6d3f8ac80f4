"""The databases that the channels' memory is held on: those of the registrations' store."""

from tests.actions.registration.conftest import server, url

__all__ = ["server", "url"]
