"""What the staff of the receiving office do with a registration: accept it, or return it with comments."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from actions.registration.keeping.changes import ACCEPTED, RETURNED, WITHDRAWN, change, expect, taken
from actions.registration.keeping.errors import AlreadyWithdrawn
from actions.registration.keeping.sessions import Sessions
from actions.registration.records import FIELDS, GENERAL, Registration, registration_of
from actions.registration.tables import RegistrationRow


class Reviews(Sessions):
    """The office's decisions. `staff` says who decides; it goes into the history and the audit."""

    def accept(
        self, reference: str, staff: str, now: datetime, comment: str = "", *, expected_version: int | None = None
    ) -> Registration:
        """Accept a registration, with a comment or without; accepting it again changes nothing.

        Raises:
            UnknownRegistration: there is none.
            AlreadyWithdrawn: its registrant has withdrawn it.
            StaleRegistration: it is not at `expected_version`, where one is given.
        """

        def write(session: Session) -> Registration:
            row = taken(session, reference)
            if row.status != ACCEPTED:
                _check(row, expected_version)
                comments = {GENERAL: comment.strip()} if comment.strip() else None
                change(session, row, staff, now, ACCEPTED, {"status": ACCEPTED, "comments": comments})
            return registration_of(row)

        return self._write(write)

    def return_for(
        self,
        reference: str,
        staff: str,
        comments: Mapping[str, str],
        now: datetime,
        *,
        expected_version: int | None = None,
    ) -> Registration:
        """Return a registration to its registrant, who is asked the fields of `comments`, also after accepting it.

        Returning it again with the same comments changes nothing.

        Raises:
            ValueError: there is no comment, an empty one, or one to something that is no field.
            UnknownRegistration: there is none.
            AlreadyWithdrawn: its registrant has withdrawn it.
            StaleRegistration: it is not at `expected_version`, where one is given.
        """
        said = {field: text.strip() for field, text in comments.items()}
        wrong = [field for field, text in said.items() if field not in FIELDS or not text]
        if wrong or not said:
            raise ValueError(
                f"comments name fields and say something to each; wrong: {', '.join(wrong) or 'none given'}"
            )

        def write(session: Session) -> Registration:
            row = taken(session, reference)
            if row.status != RETURNED or row.comments != said:
                _check(row, expected_version)
                change(session, row, staff, now, RETURNED, {"status": RETURNED, "comments": said})
            return registration_of(row)

        return self._write(write)


def _check(row: RegistrationRow, expected_version: int | None) -> None:
    if row.status == WITHDRAWN:
        raise AlreadyWithdrawn(registration_of(row))
    if expected_version is not None:
        expect(row, expected_version)
