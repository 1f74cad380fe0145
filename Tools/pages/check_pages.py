"""Opens a page of `vitrine inspect --page` in headless Chromium, works it as a person does, and takes pictures of it.

    python3 -m venv .venv && .venv/bin/pip install playwright
    .venv/bin/python Tools/pages/check_pages.py page.html pictures

The page is seen at 1280 and 390 pixels, light and dark. The script ends with 1 at an error in the console, at a request to
anything but the file, where something is wider than the screen, or where a control does nothing. `browser.py` beside it says
which Chromium is taken.
"""

import sys
from pathlib import Path

from browser import Check, views

page_file, pictures = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
check = Check(pictures)


def pixels(page, name):
    """What a canvas shows."""
    return page.evaluate("id => document.getElementById(id).toDataURL()", name)


def changes(page, canvas, what, act):
    before = pixels(page, canvas)
    act()
    check(pixels(page, canvas) != before, f"{what} does not change {canvas}")


def hover(page, canvas, x, y):
    page.locator(f"#{canvas}").scroll_into_view_if_needed()
    box = page.locator(f"#{canvas}").bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def work(page, view):
    """Every control once; a picture of each section."""
    def shot(name):
        page.screenshot(path=pictures / f"{view}-{name}.png")

    check(page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{view}: wider than the screen")
    shot("top")
    page.screenshot(path=pictures / f"{view}-whole.png", full_page=True)
    changes(page, "attention-map", "hovering", lambda: hover(page, "patch-picture", 0.25, 0.3))
    changes(page, "similarity-map", "the block", lambda: page.locator("#block").fill("1"))
    changes(page, "attention-map", "a head", lambda: page.locator("#heads button").first.click())
    changes(page, "attention-map", "the rollout", lambda: page.locator("#heads button").last.click())
    page.locator("#patch-picture").focus()
    changes(page, "patch-picture", "an arrow key", lambda: page.keyboard.press("ArrowDown"))
    changes(page, "attention-map", "the class token", lambda: page.locator("#token button").last.click())
    changes(page, "similarity-map", "the patch again", lambda: page.locator("#token button").first.click())
    page.locator("#patches-title").scroll_into_view_if_needed()
    shot("patches")
    if page.locator("#lens-section").is_visible():
        page.locator("#lens-title").scroll_into_view_if_needed()
        shot("lens")
        before = page.locator("#lens-maps").inner_text()
        page.locator("#lens-text button").last.click()
        check(page.locator("#lens-maps").inner_text() != before, f"{view}: another text changes nothing in the lens")
        page.locator("#lens-text button").first.click()
        page.locator("#shares-title").scroll_into_view_if_needed()
        shot("shares")
    if page.locator("#method-section").is_visible():
        steps = page.locator("#steps button")
        seen = set()
        for index in range(steps.count()):
            steps.nth(index).click()
            seen.add((page.locator("#step-text").inner_text(), pixels(page, "method-map")))
            page.locator("#method-title").scroll_into_view_if_needed()
            shot(f"step-{index + 1}")
        check(len(seen) == steps.count(), f"{view}: two steps look the same")
        stage = page.locator("#steps button", has_text="Stage 1")
        if stage.count():
            stage.click()
            changes(page, "method-map", "a token's attention", lambda: page.locator("#look-what button").last.click())
            page.locator("#step-title").scroll_into_view_if_needed()
            shot("attention")
            tokens = page.locator("#look-token option").count()
            maps = set()
            for index in range(tokens):
                page.locator("#look-token").select_option(index=index)
                maps.add(pixels(page, "method-map"))
            check(len(maps) == tokens, f"{view}: two tokens look the same")
            changes(page, "method-map", "another layer", lambda: page.locator("#look-layer button").first.click())
            check("in layer 0" in page.locator("#step-caption").inner_text(), f"{view}: the layer is not told")
            effects = page.locator("#effects tbody button")
            check(effects.count() == page.locator("#points tbody button").count(), f"{view}: a point has no effect")
            changes(page, "method-map", "a point's effect", lambda: effects.last.click())
            check("negative point" in page.locator("#step-caption").inner_text(), f"{view}: a point's token is not shown")
            page.locator("#effects-block").scroll_into_view_if_needed()
            shot("effects")
            page.locator("#look-what button").first.click()
        points = page.locator("#points tbody button")
        if points.count():
            points.last.click()
            check("point at" in page.locator("#step-caption").inner_text(), f"{view}: a point has no reason")
            changes(page, "method-map", "another point", lambda: points.first.click())
            page.locator("#method-map").focus()
            page.keyboard.press("ArrowRight")
            page.locator("#step-title").scroll_into_view_if_needed()
            shot("points")
            # The first visible point itself, on the picture.
            page.locator("#steps button", has_text="Stage 1").click()
            where = page.evaluate(
                "() => { const c = document.getElementById('method-map').getBoundingClientRect();"
                " const p = page.method.groups[0].points[0].position, o = page.picture.original;"
                " return [(p.x + .5) / o.width, (p.y + .5) / o.height]; }")
            page.locator("#method-map").scroll_into_view_if_needed()
            box = page.locator("#method-map").bounding_box()
            page.mouse.click(box["x"] + where[0] * box["width"], box["y"] + where[1] * box["height"])
            check("positive point" in page.locator("#step-caption").inner_text(), f"{view}: a click on a point")


for view, page in views(check):
    page.goto(page_file.as_uri())
    work(page, view)
check.end()
