"""A filled draft and a submitted registration, for the tests of the store."""

from datetime import datetime

from actions.registration.draft import Draft
from actions.registration.form import VIETNAM
from actions.registration.store import Store

NOW = datetime(2023, 4, 20, 8, 0, tzinfo=VIETNAM)
ANSWERS = {
    "unit_name": "Chi bộ Văn phòng",
    "unit_type": "grassroots_party_cell",
    "registration_type": "new",
    "field": "economy",
    "model_name": "Một cửa thân thiện",
    "quantity": 2,
    "start_period": "2023-05",
    "location": "Phòng Hành chính",
    "scale": "collective",
    "completion_period": "2023-Q4",
}
FORM = {"unit_name": "Đơn vị"}


def saved(store: Store, id: str = "d1", person: str = "web:1", **changes: object) -> Draft:
    draft = Draft(id, person, "yenbai-duk-2023", answers=ANSWERS).but(**changes)
    return store.save_draft(draft, NOW, "started")


def submit(store: Store, draft: Draft, at: datetime = NOW) -> str:
    registration, _ = store.submit(draft, 2023, FORM, at, late=False)
    assert registration.reference is not None
    return registration.reference
