"""The sign that an answer is being typed, shown again as long as a messenger needs it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

TYPING_AFTER, TYPING_SECONDS = 0.4, 4.0
"""When the sign is shown (most answers are there before), and how often again: it lasts five seconds."""


@asynccontextmanager
async def typing_shown(show: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Call `show` where the block takes a while, as long as it runs; `show` raises nothing."""
    typing = asyncio.create_task(_repeat(show))
    try:
        yield
    finally:
        typing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await typing


async def _repeat(show: Callable[[], Awaitable[object]]) -> None:
    await asyncio.sleep(TYPING_AFTER)
    while True:
        await show()
        await asyncio.sleep(TYPING_SECONDS)
