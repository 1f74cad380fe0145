"""Surfaces without a defect: what the small models learn to call normal.

A surface is a material, drawn or from a photograph, with marks that belong there (`lookalikes.py`), the light on it and
the outline of the object against a background. Some pictures show a whole object.
"""

import math

import torch
import torch.nn.functional as F

from fields import Sheet, blurred, unit
from lookalikes import with_lookalikes
from photographs import Photographs, toned

PHOTOGRAPH = "surface"  # what captions call a material that was photographed
OBJECT = "object"


def streaks(sheet: Sheet) -> torch.Tensor:
    """Ground or brushed metal: fine lines in one direction, uneven along their length, a few much brighter or darker."""
    fine = sheet.smooth(sheet.pick(1, 10), sheet.width // sheet.pick(1, 2))
    middle = sheet.smooth(sheet.pick(1, 6), sheet.width // sheet.pick(3, 8))
    broad = sheet.smooth(sheet.pick(1, 2), sheet.pick(4, 16))
    strong = F.relu(sheet.smooth(sheet.pick(1, 8), sheet.width // sheet.pick(1, 3)) - sheet.uniform(1.0, 2.5))
    grain = sheet.smooth(sheet.height // 2, sheet.width // 2)
    field = sheet.uniform(0.2, 1) * fine + sheet.uniform(0, 1) * middle + sheet.uniform(0, 1) * broad
    field = field + sheet.uniform(0, 2.5) * sheet.sign() * strong + sheet.uniform(0.05, 0.8) * grain
    return field.transpose(1, 2) if sheet.height == sheet.width and sheet.flip(0.25) else field


def noise(sheet: Sheet) -> torch.Tensor:
    return sheet.smooth(sheet.pick(2, 8), sheet.pick(2, 8), sheet.pick(2, 5))


def weave(sheet: Sheet) -> torch.Tensor:
    u, v = sheet.turned()
    pitch = sheet.uniform(6, 34) * 2 * math.pi
    return (pitch * u).sin() * (pitch * sheet.uniform(0.6, 1.6) * v).sin()


def grid(sheet: Sheet) -> torch.Tensor:
    u, v = sheet.turned()
    pitch = sheet.uniform(2.5, 14)
    joint = sheet.uniform(0.03, 0.16)
    return (((u * pitch) % 1 > joint) & ((v * pitch * sheet.uniform(0.6, 1.6)) % 1 > joint)).float()


def grains(sheet: Sheet) -> torch.Tensor:
    return sheet.smooth(sheet.height // sheet.pick(1, 5), sheet.width // sheet.pick(1, 5), 1)


def cells(sheet: Sheet) -> torch.Tensor:
    """Pebbles: the ridges where two slow noises change sign."""
    count = sheet.pick(6, 24)
    return sheet.smooth(count, count).abs().minimum(sheet.smooth(count, count).abs())


def grating(sheet: Sheet) -> torch.Tensor:
    return (2 * math.pi * sheet.uniform(4, 40) * sheet.turned()[0] + sheet.uniform(0, 2) * sheet.smooth(3, 3, 2)).sin()


def gradient(sheet: Sheet) -> torch.Tensor:
    return (sheet.uniform(4, 20) * sheet.smooth(3, 3, 3) * 0.4 + sheet.uniform(0, 30) * sheet.turned()[0]).sin()


def plain(sheet: Sheet) -> torch.Tensor:
    return sheet.smooth(sheet.height // 2, sheet.width // 2)


TEXTURES = {"brushed metal": streaks, "leather": noise, "woven fabric": weave, "tiled grid": grid, "sandstone": grains,
            "pebbled rubber": cells, "ribbed plastic": grating, "wood": gradient, "painted plate": plain}
NAMES = list(TEXTURES)


def coloured(sheet: Sheet, texture: torch.Tensor, metal: bool) -> torch.Tensor:
    """Texture [count, h, w] to a picture [count, 3, h, w] with random base colour and contrast."""
    grey = sheet.chance(0.9 if metal else 0.45)[..., None]
    base = torch.where(grey, sheet.uniform(0.15, 0.75)[..., None],
                       sheet.rand(sheet.count, 3, 1, 1) * 0.7 + 0.15)
    tint = torch.where(grey, 1.0, 1 + 0.4 * sheet.normal(sheet.count, 3, 1, 1))
    contrast = sheet.spread(0.01, 0.12)[..., None]
    return base + tint * contrast * (0.5 + base) * unit(texture)[:, None].clamp(-3, 4)


def light(sheet: Sheet) -> torch.Tensor:
    """A factor about 1, [count, h, w]: slopes, broad clouds, bands along the columns and a vignette."""
    slope = sheet.normal(sheet.count, 1, 1) * (sheet.x - 0.5) + sheet.normal(sheet.count, 1, 1) * (sheet.y - 0.5)
    distance = (sheet.x - 0.5).square() + (sheet.y - 0.5).square()
    field = sheet.uniform(0, 0.2) * slope + sheet.uniform(0, 0.12) * sheet.smooth(sheet.pick(1, 3), sheet.pick(1, 3))
    field = field + sheet.uniform(0, 0.12) * sheet.smooth(1, sheet.pick(2, 6)) - sheet.uniform(0, 0.7) * distance
    return (1 + field).clamp(0.25, 1.8)


def cut_plate(sheet: Sheet, notches: int | None = None) -> torch.Tensor:
    """Coverage [count, h, w] of a flat part: a plate of four to six straight sides, turned, with bores now and then, and with
    round notches on its sides and corners: so many tries, none to two by lot unless said."""
    centre_y, centre_x = sheet.uniform(0.38, 0.62), sheet.uniform(0.38, 0.62)
    first, sides = sheet.uniform(0, 2 * math.pi), sheet.lot.choice([4, 4, 4, 5, 6])
    depth = sheet.blank(1.0)
    edges = []  # from the centre to each side, (y, x)
    for side in range(sides):
        angle = first + 2 * math.pi * side / sides + sheet.uniform(-0.1, 0.1) * (sides > 4)
        reach = sheet.uniform(0.14, 0.46)
        depth = torch.minimum(depth, reach - (sheet.x - centre_x) * angle.cos() - (sheet.y - centre_y) * angle.sin())
        edges.append((reach * angle.sin(), reach * angle.cos()))

    def drilled(depth: torch.Tensor, y: torch.Tensor, x: torch.Tensor, largest: float) -> torch.Tensor:
        round_hole = ((sheet.y - centre_y - y).square() + (sheet.x - centre_x - x).square()).sqrt() - sheet.uniform(0.015, largest)
        return torch.where(sheet.chance(0.7), torch.minimum(depth, round_hole), depth)

    for _ in range(sheet.pick(0, 2)):
        depth = drilled(depth, sheet.uniform(-0.15, 0.15), sheet.uniform(-0.15, 0.15), 0.08)
    for _ in range(sheet.lot.choice([0, 0, 1, 1, 2]) if notches is None else notches):
        number = sheet.pick(0, sides - 1)
        along = torch.where(sheet.chance(0.5), 1.0, sheet.uniform(-1, 1))  # half of them where the side meets the next one
        y, x = (here + along * there for here, there in zip(edges[number], edges[(number + 1) % sides]))
        depth = drilled(depth, y, x, 0.06)
    return sheet.solid(depth)


def outline(sheet: Sheet, metal: bool) -> torch.Tensor:
    """The object's coverage [count, h, w]: a bowed sheet with narrow borders, a round part, or a plate."""
    if sheet.flip(0.15 if metal else 0.5):
        return cut_plate(sheet)
    if sheet.flip(0.08 if metal else 0.25):
        radius = sheet.uniform(0.3, 0.48)
        return sheet.solid(radius - ((sheet.x - sheet.uniform(0.45, 0.55)).square()
                                     + (sheet.y - sheet.uniform(0.45, 0.55)).square()).sqrt())
    depth = sheet.blank(1.0)
    for along, across in ((sheet.x, sheet.y), (sheet.x, 1 - sheet.y), (sheet.y, sheet.x), (sheet.y, 1 - sheet.x)):
        border = sheet.uniform(-0.06, 0.07) + sheet.uniform(-0.12, 0.12) * (along - 0.5).square()
        border = border + sheet.uniform(-0.04, 0.04) * (along - 0.5)
        depth = torch.minimum(depth, across - border)
    return sheet.solid(depth)


def base(sheet: Sheet, name: str, photographs: Photographs | None = None) -> torch.Tensor:
    """The material alone, [count, 3, h, w]: no outline, no light, no marks."""
    if name == PHOTOGRAPH:
        return toned(sheet, photographs.crops(sheet))
    return coloured(sheet, TEXTURES[name](sheet), name == "brushed metal")


def ground(sheet: Sheet, photographs: Photographs | None) -> torch.Tensor:
    """What lies behind an object: a dark room, a bright wall, or now and then another surface."""
    if photographs and sheet.flip(0.2):
        return photographs.crops(sheet)
    dark = sheet.chance(0.6)[..., None]
    bright = sheet.uniform(0.3, 0.9)[..., None] * (1 + 0.08 * sheet.normal(sheet.count, 3, 1, 1) * sheet.chance(0.5)[..., None])
    plain = torch.where(dark, sheet.uniform(0.0, 0.12)[..., None], bright * light(sheet)[:, None])
    return plain + sheet.uniform(0, 0.02)[..., None] * sheet.smooth(sheet.height // 2, sheet.width // 2)[:, None]


def placed(sheet: Sheet, picture: torch.Tensor, cover: torch.Tensor, behind: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Objects before what is behind them, with their shadow on it, and sometimes a rod or a wire that holds them; the
    second result is the coverage of the objects that is still seen."""
    if sheet.flip(0.5):
        step = max(1, sheet.width // 24)
        shadow = blurred(cover.roll((sheet.pick(-step, step), sheet.pick(-step, step)), (1, 2)), max(1, step // 2))
        behind = behind * (1 - sheet.uniform(0, 0.5) * shadow)[:, None]
    picture = torch.lerp(behind, picture, cover[:, None])
    if not sheet.flip(0.4 if cover.amin() < 0.5 else 0.03):
        return picture, cover
    end = torch.stack([sheet.uniform(0.2, 0.7).flatten(), sheet.uniform(0.3, 0.7).flatten()], 1)
    start = torch.stack([torch.zeros_like(end[:, 0]), end[:, 1] + 0.4 * (sheet.rand(sheet.count) - 0.5)], 1)
    wide = sheet.uniform(0.8, 0.025 * sheet.width)
    rod = sheet.line(torch.stack([start, end], 1), wide)
    if sheet.flip():
        cast = blurred(rod.roll((sheet.pick(1, 12), sheet.pick(-12, 12)), (1, 2)), 2)
    else:  # light from the side draws the rod's shadow out across the part
        far = end + torch.stack([sheet.uniform(-0.25, 0.25).flatten(), (sheet.sign() * sheet.uniform(0.1, 0.5)).flatten()], 1)
        cast = blurred(sheet.line(torch.stack([end, far], 1), wide * sheet.uniform(0.6, 1.6)), sheet.pick(1, 4))
    picture = picture * (1 - sheet.uniform(0, 0.6) * cast)[:, None]
    return torch.lerp(picture, sheet.uniform(0.1, 0.8)[..., None].expand_as(picture), rod[:, None]), cover * (1 - rod)


def whole_object(sheet: Sheet, photographs: Photographs) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures [count, 3, h, w] of objects on a background, and the objects' coverage [count, h, w]."""
    picture, cover = photographs.cutouts(sheet)
    return placed(sheet, picture * light(sheet)[:, None], cover, ground(sheet, photographs))


def surface(sheet: Sheet, name: str, photographs: Photographs | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures [count, 3, h, w] of one kind of surface, and the objects' coverage [count, h, w]."""
    if name == OBJECT:
        return whole_object(sheet, photographs)
    metal = name == "brushed metal"
    picture = with_lookalikes(sheet, base(sheet, name, photographs))
    cover = outline(sheet, metal) if sheet.flip(0.7 if metal else 0.4) else sheet.blank(1.0)
    if sheet.flip(0.3):
        rim = torch.exp(-((cover.cumsum(2) / sheet.width).minimum(1 - cover.cumsum(2) / sheet.width) / 0.02))
        picture = picture + (sheet.normal(sheet.count, 1, 1) * 0.12 * rim)[:, None]
    if not metal and sheet.flip(0.1):
        edge = sheet.solid(sheet.turned()[0] - sheet.uniform(0.1, 0.9))[:, None]
        picture = picture + edge * sheet.normal(sheet.count, 3, 1, 1) * 0.06
    picture = picture * light(sheet)[:, None]
    return placed(sheet, picture, cover, ground(sheet, photographs))
