"""The pages a browser opens: the chat, the list of plans, a plan with the cited passage highlighted."""

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.web.plan import Block, blocks_of, contacts, holds
from bot.channels.web.visitors import Visitors
from bot.wording import say
from knowledge.corpus import Plan
from knowledge.live_plans import LivePlans

FOLDER = Path(__file__).with_name("page")
STATIC_FOLDER = FOLDER / "static"
_CONTENTS_DEPTH = 2


class Pages:
    """The HTML endpoints over `plans`; where they are live, a citation opens the version of its plan it is from.

    `head` is HTML for the head of the chat page.
    """

    def __init__(self, plans: Mapping[str, Plan], visitors: Visitors, head: str = "") -> None:
        self._plans = plans
        self._visitors = visitors
        self._head = head

    async def chat(self, request: Request) -> Response:
        """Return the chat page and renew the visitor's cookie."""
        response = HTMLResponse(_template("chat.html").template.replace("<head>", f"<head>{self._head}", 1))
        self._visitors.remember(request, response, self._visitors.of(request) or self._visitors.new())
        return response

    async def widget(self, request: Request) -> Response:
        """Return the script that a portal names to show the chat on its own pages."""
        words = {key: say(key) for key in ("widget_title", "widget_open", "widget_new_tab", "widget_close")}
        script = _template("widget.js").substitute(words=json.dumps(words, ensure_ascii=False))
        return Response(script, media_type="text/javascript")

    async def plans(self, request: Request) -> Response:
        """Return the list of plans."""
        rows = [
            f'<li><a href="/plans/{escape(plan.id)}"><strong>{escape(plan.title)}</strong>'
            f"<span>{_issued_by(plan)}</span></a></li>"
            for plan in self._plans.values()
        ]
        return HTMLResponse(_template("plans.html").substitute(rows="\n".join(rows)))

    async def plan(self, request: Request) -> Response:
        """Return a plan's page; `start` and `end` in the query highlight that stretch of its text."""
        plan_id = request.path_params["plan_id"]
        current = self._plans.get(plan_id)
        plan = self._version(plan_id, request.query_params) or current
        if plan is None:
            return error_page(404, "plan_not_found")
        asked = "start" in request.query_params or "end" in request.query_params
        highlight = _stretch(plan, request.query_params)
        blocks = blocks_of(plan, highlight)
        notices = [say("passage_not_found")] if asked and highlight is None else []
        notices += [] if current is not None and plan.text == current.text else [say("earlier_version")]
        notices += [say("contacts_masked")] if contacts(plan.text) else []
        return HTMLResponse(
            _template("plan.html").substitute(
                title=escape(plan.title),
                issued_by=_issued_by(plan),
                notices="\n".join(f'<p class="notice">{escape(notice)}</p>' for notice in notices),
                contents="\n".join(_contents_row(block) for block in blocks if _in_contents(block)),
                body="\n".join(_block_html(block) for block in blocks),
            )
        )

    def _version(self, plan_id: str, query: Mapping[str, str]) -> Plan | None:
        """Return the version of a plan in which the stretch that the address names reads the words it names."""
        try:
            start, end, quote = int(query["start"]), int(query["end"]), query["quote"]
        except (KeyError, ValueError):
            return None
        return self._plans.reading(plan_id, start, end, quote) if isinstance(self._plans, LivePlans) else None


def error_page(status: int, key: str) -> HTMLResponse:
    """Return a page that says what went wrong and leads back."""
    return HTMLResponse(_template("error.html").substitute(message=escape(say(key))), status)


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / name).read_text(encoding="utf-8"))


def _issued_by(plan: Plan) -> str:
    facts = [plan.issuer]
    if str(plan.year) not in plan.title:
        facts.append(say("year_label", year=plan.year))
    for label, value in (("number_label", plan.number), ("date_label", plan.date)):
        if value:
            facts.append(f"{say(label)} {value} ({say('filled_by_office')})")
    return escape(" · ".join(facts))


def _stretch(plan: Plan, query: Mapping[str, str]) -> tuple[int, int] | None:
    try:
        start, end = int(query["start"]), int(query["end"])
    except (KeyError, ValueError):
        return None
    return (start, end) if holds(plan, start, end) else None


def _in_contents(block: Block) -> bool:
    return block.is_heading and block.depth <= _CONTENTS_DEPTH


def _contents_row(block: Block) -> str:
    return f'<li class="depth-{block.depth}"><a href="#{block.anchor}">{escape(block.words)}</a></li>'


def _block_html(block: Block) -> str:
    tag = f"h{min(block.depth + 1, 6)}" if block.is_heading else "p"
    label = escape(say("anchor_label", path=block.path), quote=True)
    to_here = f'href="#{block.anchor}" title="{label}" aria-label="{label}"'
    link = f'<a class="place" {to_here}>{escape(block.path)}</a>'
    return (
        f'<section class="clause kind-{block.kind} depth-{min(block.depth, 5)}" id="{block.anchor}">'
        f"<{tag}>{block.html}</{tag}>{link}</section>"
    )
