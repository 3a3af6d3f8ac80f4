"""A Rasa that is busy: a turn works a core for some milliseconds; `python -m tests.benchmarks.busy_rasa PORT MS`."""

import asyncio
import sys
import time
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def application(seconds: float) -> Starlette:
    """Return a server whose turns take `seconds` of one core, one after another, and repeat what was said."""
    one_at_a_time = asyncio.Lock()

    async def turn(request: Request) -> Response:
        body: dict[str, Any] = await request.json()
        async with one_at_a_time:
            ends = time.perf_counter() + seconds
            while time.perf_counter() < ends:
                await asyncio.sleep(0)
        return JSONResponse([{"text": f"<{body['message']}>"}])

    async def root(request: Request) -> Response:
        return Response("busy")

    return Starlette(routes=[Route("/", root), Route("/webhooks/rest/webhook", turn, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(application(float(sys.argv[2]) / 1000), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
