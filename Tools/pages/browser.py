"""What the checks of pages share: headless Chromium, the sizes and colours at which a page is seen, and a list of faults.

A Chromium has to be there: `playwright install chromium`, a package of the system, or CHROMIUM=/path/to/it.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright


class Check:
    """Tells faults as they are found, and ends the script with 1 if there was one."""

    def __init__(self, pictures: Path):
        pictures.mkdir(parents=True, exist_ok=True)
        self.faults = 0

    def __call__(self, fine, what):
        if not fine:
            self.faults += 1
            print("fault:", what)

    def end(self):
        print("fine" if not self.faults else f"{self.faults} faults")
        sys.exit(1 if self.faults else 0)


def views(check):
    """A name and an empty page for each size and colour. Errors, and requests to anything but the file, are faults."""
    with sync_playwright() as playwright:
        browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for width, height in [(1280, 860), (390, 844)]:
            for scheme in ["light", "dark"]:
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 500)
                page = context.new_page()
                page.on("console", lambda message: check(
                    message.type not in ("error", "warning"), f"console: {message.text}"))
                page.on("pageerror", lambda error: check(False, f"error: {error}"))
                page.on("request", lambda request: check(
                    request.url.startswith(("file:", "data:")), f"a request to {request.url}"))
                yield f"{width}-{scheme}", page
                context.close()
        browser.close()
