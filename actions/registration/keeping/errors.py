"""What a change of a registration may meet instead. The messages are for staff and logs, not for the chat."""

from actions.registration.records import Registration


class StaleDraft(Exception):
    """The draft has been changed since it was read."""


class RegistrationProblem(Exception):
    """A registration cannot be changed as wished; nothing was changed. The message says why."""


class UnknownRegistration(RegistrationProblem):
    """There is no such registration, or it is another person's: the two are not told apart."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"There is no registration {reference}.")


class StaleRegistration(RegistrationProblem):
    """The registration has been changed since it was read; `current` is how it stands now."""

    def __init__(self, current: Registration, expected_version: int) -> None:
        super().__init__(
            f"{current.reference} has been changed meanwhile: it is now version {current.version}, "
            f"not {expected_version}. Read it again."
        )
        self.current = current


class AlreadyAccepted(RegistrationProblem):
    """The office has accepted it: its registrant changes it no more."""

    def __init__(self, current: Registration) -> None:
        super().__init__(f"{current.reference} is accepted; only the office can return it.")
        self.current = current


class AlreadyWithdrawn(RegistrationProblem):
    """Its registrant has withdrawn it: nobody changes it any more."""

    def __init__(self, current: Registration) -> None:
        super().__init__(f"{current.reference} has been withdrawn by its registrant.")
        self.current = current
