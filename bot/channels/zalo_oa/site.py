"""The sign by which Zalo checks that the office owns the domain: a file at its root, and a tag on the first page."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route


def verification_tag(code: str) -> str:
    """Return the tag for the head of the first page, "" without a code."""
    return f'<meta name="zalo-platform-site-verification" content="{escape(code)}">' if code else ""


def verification_routes(code: str) -> list[Route]:
    """Return the address of the file that Zalo may ask for, none without a code."""

    async def verifier(request: Request) -> Response:
        tag = verification_tag(code)
        return HTMLResponse(f"<!doctype html><html><head>{tag}</head><body>{escape(code)}</body></html>")

    return [Route(f"/zalo_verifier{code}.html", verifier)] if code else []
