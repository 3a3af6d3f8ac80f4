"""The store of registrations: drafts, submitted registrations, consents. Every method is one transaction.

SQLite (in WAL mode) by default, any other database by its URL. What a method has returned from is on disk.
The parts stand in `keeping/`; this is the one face of them.
"""

from actions.registration.database import open_engine
from actions.registration.keeping.changes import ACCEPTED, COUNTED, RETURNED, SUBMITTED, WITHDRAWN
from actions.registration.keeping.counting import Counting
from actions.registration.keeping.drafts import Drafts
from actions.registration.keeping.errors import (
    AlreadyAccepted,
    AlreadyWithdrawn,
    RegistrationProblem,
    StaleDraft,
    StaleRegistration,
    UnknownRegistration,
)
from actions.registration.keeping.linking import Linking, Redeemed
from actions.registration.keeping.listing import Listing
from actions.registration.keeping.own_data import Erased, OwnData
from actions.registration.keeping.people import People
from actions.registration.keeping.reviews import Reviews
from actions.registration.keeping.submitted import Submitted
from actions.registration.units import NO_UNITS, Units

__all__ = [
    "ACCEPTED",
    "COUNTED",
    "RETURNED",
    "SUBMITTED",
    "WITHDRAWN",
    "AlreadyAccepted",
    "AlreadyWithdrawn",
    "Erased",
    "Redeemed",
    "RegistrationProblem",
    "StaleDraft",
    "StaleRegistration",
    "Store",
    "UnknownRegistration",
    "open_store",
]


class Store(Drafts, Submitted, Listing, Counting, Reviews, People, Linking, OwnData):
    """Everything kept about registrations. Safe to use from several threads; see `open_store`."""


def open_store(url: str, units: Units | None = None) -> Store:
    """Return the store at a database URL such as `sqlite:////srv/assistant/registrations.db`, migrated.

    A missing folder of an SQLite file is made. With `units`, registrations are counted by that list, those
    already there too; without, by the name as typed.

    Raises:
        StoreUnavailable: the database cannot be opened, read or migrated.
    """
    store = Store(open_engine(url), NO_UNITS if units is None else units)
    if units is not None:
        store.count_by_the_list()
    return store
