"""Opens a report of `vitrine evaluate` in headless Chromium, works it as a person does, and takes pictures of it.

    python3 -m venv .venv && .venv/bin/pip install playwright
    .venv/bin/python Tools/pages/check_report.py report.html pictures

The page is seen at 1280 and 390 pixels, light and dark. The script ends with 1 at an error in the console, at a request to
anything but the file, where something is wider than the screen, or where a control does nothing. It also says how large the
file is, and how long the page takes until it is drawn. `browser.py` beside it says which Chromium is taken.
"""

import sys
import time
from pathlib import Path

from browser import Check, views

page_file, pictures = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
check = Check(pictures)


def text(page, name):
    return page.locator(f"#{name}").inner_text()


def first_canvas(page):
    return page.evaluate("document.querySelector('#gallery canvas').toDataURL()")


def drawn(page):
    """Waits until the pictures in sight are drawn; an empty canvas is 4 pixels wide."""
    for _ in range(100):
        if page.evaluate(
                "document.querySelector('#gallery li')?.isSeen && [...document.querySelectorAll('#gallery li')]"
                ".filter(c => c.isSeen).every(c => c.querySelector('canvas').width > 4)"):
            return
        page.wait_for_timeout(50)
    check(False, "the gallery is not drawn")


def work(page, view):
    """Every control once; a picture of each section."""
    def shot(name, **how):
        page.screenshot(path=pictures / f"{view}-{name}.png", **how)

    check(page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{view}: wider than the screen")
    shot("top")
    page.locator("#measures thead button").nth(3).click()
    before = text(page, "measures")
    page.locator("#measures thead button").nth(3).click()
    check(text(page, "measures") != before, f"{view}: the table is not turned round")
    if page.locator("#table-variant button").count() > 1:
        page.locator("#table-variant button").last.click()
        check(text(page, "measures") != before, f"{view}: the choice of a map does not change the table")
        page.locator("#table-variant button").first.click()
    page.locator("#bars-title").scroll_into_view_if_needed()
    bars = text(page, "bars")
    page.locator("#bar-measure button").first.click()
    check(text(page, "bars") != bars, f"{view}: the choice of a measure does not change the bars")
    page.locator("#curves-title").scroll_into_view_if_needed()
    shot("curves")
    page.locator("#gallery-title").scroll_into_view_if_needed()
    drawn(page)
    shot("gallery")
    counts, mask = text(page, "counts"), first_canvas(page)
    middle = int(page.locator("#threshold").get_attribute("max")) // 2
    best = page.locator("#threshold").input_value()
    page.locator("#threshold").fill(str(max(0, int(best) - middle)))
    page.wait_for_timeout(200)
    check(text(page, "counts") != counts, f"{view}: the slider does not change the counts")
    check(first_canvas(page) != mask, f"{view}: the slider does not change the masks")
    shot("slider")
    page.locator("#best").click()
    check(text(page, "counts") == counts, f"{view}: the largest F1 is not where it was")
    seen = set()
    for index in range(page.locator("#layer button").count()):
        page.locator("#layer button").nth(index).click()
        page.wait_for_timeout(200)
        seen.add(first_canvas(page))
    check(len(seen) >= 4, f"{view}: only {len(seen)} layers look different")
    page.locator("#layer button", has_text="map").first.click()
    page.wait_for_timeout(200)
    shot("maps")
    page.locator("#layer button").first.click()
    names = text(page, "gallery")
    page.locator("#order").select_option("low")
    check(text(page, "gallery") != names, f"{view}: the order does not change")
    page.locator("#order").select_option("error")
    if page.locator("#class option").count() > 2:
        page.locator("#class").select_option(index=1)
        check(text(page, "gallery") != names, f"{view}: the class does not change the gallery")
        check(text(page, "counts") != counts, f"{view}: the class does not change the counts")
        page.locator("#class").select_option(index=0)
    drawn(page)
    page.locator("#gallery button").first.click()
    page.wait_for_selector("#trace[open]")
    page.wait_for_timeout(300)
    check(page.locator("#trace-views canvas").count() >= 4, f"{view}: the opened picture has few views")
    shot("trace")
    if page.locator("#trace-stages canvas").count():
        page.locator("#trace-stages").scroll_into_view_if_needed()
        shot("stages")
        check(page.locator("#trace-points tbody tr").count() > 0, f"{view}: no points in the trace")
    title = text(page, "trace-title")
    if page.locator("#gallery li").count() > 1:
        page.locator("#trace-after").click()
        page.wait_for_timeout(200)
        check(text(page, "trace-title") != title, f"{view}: the next picture is the same")
    page.locator("#trace-close").click()
    check(page.locator("#trace[open]").count() == 0, f"{view}: the picture does not close")
    page.evaluate("scrollTo(0, 0)")
    shot("whole", full_page=True)


for view, page in views(check):
    start = time.monotonic()
    page.goto(page_file.as_uri())
    page.locator("#measures tbody tr").first.wait_for()
    page.locator("#roc polyline").first.wait_for()
    print(f"{view}: {page_file.stat().st_size / 1e6:.1f} MB, drawn after {time.monotonic() - start:.2f} s")
    work(page, view)
check.end()
