"""Visitors of a class with real browsers: pages in Chromium, each with a cache of its own."""

import asyncio
import sys
from contextlib import asynccontextmanager

from playwright.async_api import async_playwright

from benchmarks.page import WATCH
from benchmarks.servers import ROOT

sys.path.append(str(ROOT / "tests" / "support"))

from browsing import CHEAP, CHROMIUM, PATIENCE


@asynccontextmanager
async def chromium(wanted):
    """A running Chromium; None where none is wanted."""
    if not wanted:
        yield None
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHEAP)
        yield browser
        await browser.close()


async def pictures(browser, server, page, query, count, within=1.0):
    """Seconds from the navigation until a picture is drawn, by the browser's clock; all come within a second."""

    async def one(n):
        await asyncio.sleep(within * n / count)
        context = await browser.new_context()
        opened = await context.new_page()
        await opened.add_init_script(f"({WATCH})()")
        await opened.goto(f"http://{server.host}/{page}?{query}", wait_until="commit")
        seen = await opened.wait_for_function("window.opened", timeout=PATIENCE, polling=100)
        seconds = await seen.json_value() / 1000
        await context.close()
        return seconds

    return await asyncio.gather(*(one(n) for n in range(count)))
