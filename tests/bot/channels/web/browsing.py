"""A real browser for tests: a web application served on a free port, and one visitor's window."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from starlette.types import ASGIApp

from bot.channels.web.app import listening_socket

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDS_CHROMIUM = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, SMALL, DESKTOP = (320, 640), (390, 844), (1280, 800)


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve `app` on 127.0.0.1 as long as the block runs; gives the port."""
    bound = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield bound.getsockname()[1]
    server.should_exit = True
    thread.join()


@contextmanager
def chromium_with(*flags: str) -> Iterator[Browser]:
    """Run Chromium as long as the block runs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS, *flags])
        yield browser
        browser.close()


def in_view(page: Page, selector: str) -> bool:
    return bool(
        page.evaluate(
            "s => { const b = document.querySelector(s).getBoundingClientRect();"
            " return b.top >= 0 && b.top < innerHeight && b.left >= 0 && b.right <= innerWidth; }",
            selector,
        )
    )


class Visit:
    """One visitor's window; whatever it complains of or asks of another host than `hosts` is kept in `faults`."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        size: tuple[int, int],
        ready: str = "#log[data-ready]",
        hosts: tuple[str, ...] = (),
        **options: object,
    ):
        self.address = address
        self.hosts = (address, *hosts)
        self.faults: list[str] = []
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="vi-VN", **options
        )
        self.context.on("request", self._request)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.context.on("console", self._console)
        self.page = self.context.new_page()
        self.page.goto(address)
        self.page.wait_for_selector(ready)

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self.hosts):
            self.faults.append(f"asks another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.settle()

    def settle(self) -> None:
        self.page.locator("#typing").wait_for(state="hidden")

    def wide(self) -> bool:
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        ) or bool(self.page.evaluate("(s => s && s.scrollWidth > s.clientWidth)(document.getElementById('scroll'))"))

    def last(self) -> Locator:
        return self.page.locator("#log .message.assistant").last

    def picture(self, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            size = self.page.viewport_size
            self.page.screenshot(path=Path(folder) / f"{name}-{size['width']}x{size['height']}.png")
