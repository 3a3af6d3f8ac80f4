"""What happens to a message not understood: answered where the index is sure, else its meanings are offered."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import OFFERED_MEANINGS, Events, answer_envelope, chosen_plan, ranking_of, text_of
from actions.front_office import ANSWERED, SURE_OF_A_STRANGER, certainty_of
from actions.guarded_action import STRANGE, GuardedAction
from actions.meanings import Offer, likeliest, title
from actions.wording import say
from knowledge.answers import Answer

SURE = 0.8
"""Certainty, from 0 to 1, from which what is likely a question is answered without asking what was meant."""

SHOWN = 120  # characters of the person's own words


class OfferMeanings(GuardedAction):
    """Offers the two or three likeliest meanings, and keeps the person's own words for the one that is chosen."""

    action_name = "action_offer_meanings"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: str) -> Events:
        """Answer a question at once; ask what anything else means."""
        words, ranking = text_of(tracker), ranking_of(tracker)
        plan_id, history = chosen_plan(tracker, self.services), self.history_of(tracker)
        found = await self.services.run(lambda: self.services.answerer.look_up(words, plan_id, history))
        if is_question(found, ranking):
            return await self.answer(dispatcher, tracker, words, plan_id)
        offer = Offer(words, likeliest(ranking))
        titles = [title(intent, language) for intent in offer.intents]
        listed = "\n".join(f"{number}. {each}" for number, each in enumerate(titles, 1))
        shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
        dispatcher.utter_message(
            text=say("which_meaning", language, words=" ".join(shown.split()), meanings=listed),
            buttons=[{"title": each, "payload": each} for each in titles],
        )
        dispatcher.utter_message(json_message=answer_envelope("clarify"))
        return [SlotSet(OFFERED_MEANINGS, offer.as_slot())]


def is_question(found: Answer, ranking: list[str]) -> bool:
    """Tell whether a message is to be answered, by what the index finds for it and what the understanding ranks first.

    It is if the answer is sure, if it is a question whatever it is about, and if nothing can be found out by asking.
    """
    likely = ranking[:2]
    if found.outcome in ("too_long", "error") or likely == ["ask_plan", STRANGE]:
        return True
    if found.outcome == "off_topic":
        return STRANGE in likely
    sure = SURE if likely[:1] == ["ask_plan"] else SURE_OF_A_STRANGER
    return "ask_plan" in likely and found.outcome in ANSWERED and certainty_of(found) >= sure
