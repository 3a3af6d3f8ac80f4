"""What a person asks about oneself: the data kept, its deletion, the models of the unit, a code to go elsewhere."""

import uuid
from collections.abc import Callable
from datetime import datetime

from actions.registration.commands import commands_in
from actions.registration.draft import CANCELLED, REVIEWING, Draft
from actions.registration.form import VIETNAM
from actions.registration.keeping.linking import LIFETIME
from actions.registration.records import Registration, unit_key
from actions.registration.requests import Request
from actions.registration.turns import Envelope, Office, Turn
from actions.registration.wording import Choice, Line, button, say
from knowledge.places import place


class OwnDesk:
    """Serves what concerns the person rather than one registration. `set_aside` makes way for another draft."""

    def __init__(self, office: Office, set_aside: Callable[[str], bool]) -> None:
        self._office = office
        self._set_aside = set_aside

    def serve(self, person: str, request: Request, language: str) -> Turn:
        """Do what the request asks: own_data, erase, count, link, code."""
        match request.kind:
            case "erase":
                return self._ask_to_erase(person, language)
            case "count":
                return self._count(person, language)
            case "link":
                return self._offer_code(person, language)
            case "code":
                return self._take_code(person, request.rest, language)
        return self._own_data(person, language)

    def asked_once(self, draft: Draft, language: str) -> Turn:
        """Ask once more whether everything shall be deleted."""
        submitted = [each for each in self._office.store.registrations(person=draft.person) if each.reference]
        text = say("erase_ask", language, count=len(submitted))
        line = Line(text, (button("erase_yes", language), button("erase_no", language)))
        return Turn((line,), Envelope(REVIEWING), open=True)

    def answer_asked_once(self, draft: Draft, message: str, language: str) -> Turn:
        """Take the answer to "delete everything?"; whatever is no yes deletes nothing."""
        office = self._office
        if not commands_in(message) & {"confirm", "submit", "erase"}:
            office.store.drop_draft(draft, office.clock(), "not_erased")
            return Turn((Line(say("erase_not", language)),), Envelope(CANCELLED), open=False)
        gone = office.store.erase(draft.person, office.clock())
        drafts = gone.drafts - 1  # the question itself is kept as one
        text = say("erased", language, drafts=drafts, registrations=gone.registrations)
        return Turn((Line(text),), Envelope(CANCELLED), open=False, erased=gone.persons)

    def _ask_to_erase(self, person: str, language: str) -> Turn:
        held = self._set_aside(person)
        asking = Draft(str(uuid.uuid4()), person, state=REVIEWING, pending="erase")
        self._office.store.save_draft(asking, self._office.clock(), "erase_asked")
        turn = self.asked_once(asking, language)
        opening = (Line(say("held", language)),) if held else ()
        return Turn((*opening, *turn.lines), turn.form, open=True)

    def _own_data(self, person: str, language: str) -> Turn:
        data = self._office.store.data_of(person)
        unnamed = say("mine_unnamed", language)
        items = [say("own_names", language, names=", ".join(data["persons"]))]
        items += [say("own_consent", language, date=_day(each["given_at"])) for each in data["consents"]]
        items += [] if data["consents"] else [say("own_no_consent", language)]
        for each in data["remembered"]:
            plan = self._office.plans.get(each["last_plan"])
            items.append(say("own_plan", language, plan=plan.label if plan else each["last_plan"]))
        for each in data["drafts"]:
            answers = each["kept"]["answers"]
            name = answers.get("model_name") or unnamed
            items.append(say("own_draft", language, model_name=name, count=len(answers)))
        for each in data["registrations"]:
            status = say(f"status_{each['status']}", language)
            values = {"reference": each["reference"], "model_name": each["model_name"], "count": len(each["versions"])}
            items.append(say("own_registration", language, status=status, **values))
        items.append(say("own_audit", language, count=len(data["audit"])))
        return Turn((Line(say("own_data", language, items="\n".join(items))),), None, open=False)

    def _count(self, person: str, language: str) -> Turn:
        """Say how many models the person's units have registered, as numbers only."""
        units: dict[tuple[object, ...], Registration] = {}
        for each in self._office.store.registrations(person=person):
            if each.plan_id in self._office.plans and "unit_name" in each.answers and "unit_type" in each.answers:
                units[each.plan_id, unit_key(str(each.answers["unit_name"])), each.answers["unit_type"]] = each
        if not units:
            return Turn((Line(say("count_none", language), (button("register", language),)),), None, open=False)
        said = [self._counted(each, language) for each in units.values()]
        return Turn((Line("\n".join(said), (button("mine", language),)),), None, open=False)

    def _counted(self, each: Registration, language: str) -> str:
        office, plan_id = self._office, each.plan_id or ""
        unit, unit_type = str(each.answers["unit_name"]), str(each.answers["unit_type"])
        count = office.store.count_models(plan_id, unit, unit_type)
        said = say("count_unit", language, unit=unit, plan=office.plans[plan_id].label, count=count)
        target = office.forms[plan_id].targets.get(unit_type)
        if target is None:
            return said
        values = {"at_least": target.at_least, "missing": max(0, target.at_least - count)}
        return f"{said} {say('count_target', language, path=place(target.clause, language), **values)}"

    def _offer_code(self, person: str, language: str) -> Turn:
        code = self._office.store.offer_code(person, self._office.clock())
        minutes = int(LIFETIME.total_seconds() // 60)
        return Turn((Line(say("link_code", language, code=code, minutes=minutes)),), None, open=False)

    def _take_code(self, person: str, code: str, language: str) -> Turn:
        redeemed = self._office.store.redeem_code(code, person, self._office.clock())
        buttons: tuple[Choice, ...] = ()
        match redeemed.outcome:
            case "linked":
                buttons = (button("resume", language),) if redeemed.draft else (button("mine", language),)
                text = say("linked", language)
            case "already":
                text, buttons = say("linked_already", language), (button("mine", language),)
            case "wrong":
                text = say("link_wrong", language, tries=redeemed.tries_left)
            case "locked":
                until = redeemed.locked_until or self._office.clock()
                text = say("link_locked", language, time=f"{until.astimezone(VIETNAM):%H:%M}")
        return Turn((Line(text, buttons),), None, open=False)


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d/%m/%Y}"
