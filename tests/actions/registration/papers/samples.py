"""Registrations for the tests of papers."""

from datetime import datetime
from typing import Any

from actions.registration.form import VIETNAM, Form, form_of
from actions.registration.records import Registration
from knowledge.corpus import load_plans

PLANS = load_plans()
YEN_BAI, CAO_BANG, BAC_KAN = "yenbai-duk-2023", "caobang-2023", "backan-vp-2023"
FORMS: dict[str, Form] = {plan_id: form_of(plan) for plan_id, plan in PLANS.items()}
NOW = datetime(2023, 4, 5, 23, 30, tzinfo=VIETNAM)
ANSWERS: dict[str, Any] = {
    "unit_name": "Chi bộ Văn phòng",
    "unit_type": "grassroots_party_cell",
    "registration_type": "new",
    "field": "economy",
    "model_name": "Một cửa thân thiện",
    "quantity": 1,
    "start_period": "2023-05",
    "location": "Phòng Hành chính",
    "scale": "collective",
    "completion_period": "2023-Q4",
}


def registered(number: int = 1, plan_id: str = YEN_BAI, **changes: Any) -> Registration:
    """Return a submitted registration; `changes` are answers, None for one that was skipped, or status and late."""
    status, late = changes.pop("status", "submitted"), changes.pop("late", False)
    answers = {name: value for name, value in {**ANSWERS, **changes}.items() if value is not None}
    reference = None if status == "draft" else f"DVK-2023-{number:04}"
    return Registration(reference, status, f"web:{number}", plan_id, 1, answers, NOW, NOW, NOW, late)
