"""Defects that are long: scratches, cracks, creases, folds, cuts. The contract is that of `defects.py`."""

import math

import torch

from fields import Sheet, blurred
from shading import repeated, shaded


def scratch(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    line = repeated(sheet, lambda: sheet.line(sheet.walk(8, 0.6, 0.06), sheet.uniform(0.3, 1.8)), most)
    if sheet.flip(0.3):  # one flank of the furrow is lit
        return line, shaded(sheet, pictures, 0.2, 0.7, 0.3) - 0.3 * (line.roll(1, 1) * sheet.uniform(0, 1))[:, None]
    return line, shaded(sheet, pictures, 0.2, 0.8, 0.4)


def crack(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A jagged line, of uneven width, often across the whole picture, with a branch or two."""
    straight = sheet.flip(0.4)
    path = sheet.walk(16, sheet.lot.uniform(0.5, 1.6), 0.12 if straight else 0.4, straight)
    wide, ragged = sheet.uniform(0.3, 2.0), sheet.lot.uniform(0.0, 3.0)
    line = sheet.line(path, wide, ragged)
    for _ in range(sheet.pick(0, 2)):
        place = sheet.pick(2, 14)
        branch = sheet.walk(8, 0.35, 0.5, start=path[:, place : place + 1])
        line = torch.maximum(line, sheet.line(branch, 0.7 * wide, ragged))
    line = line * (0.75 + 0.35 * sheet.smooth(24, 24)).clamp(0.3, 1)
    return line, shaded(sheet, pictures, 0.2, 0.8, 0.95)


def crack_net(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """Cracks that join: the borders of cells, within a patch or all over, some of them closed."""
    cells = sheet.pick(4, 28)
    seeds = sheet.rand(sheet.count, cells, 2)
    stray = sheet.lot.uniform(0.004, 0.02)
    y = sheet.y + stray * sheet.smooth(12, 12, 4)
    x = sheet.x + stray * sheet.smooth(12, 12, 4)
    away = torch.stack([(y - seeds[:, index, 0, None, None]).square() + (x - seeds[:, index, 1, None, None]).square()
                        for index in range(cells)]).sqrt()
    nearest = away.topk(2, 0, largest=False).values
    from_border = 0.5 * (nearest[1] - nearest[0]) * sheet.longer
    wide = sheet.uniform(0.2, 1.8) * (0.7 + 0.5 * sheet.smooth(10, 10)).clamp(0, 1.6)
    line = (wide - from_border + 0.5).clamp(0, 1)
    closed = sheet.uniform(-1.5, 0.3) < sheet.smooth(5, 5, 2)
    if sheet.flip(0.6):
        closed = closed & (sheet.blob(0.12, 0.5, 0.6) > 0)
    return line * closed, shaded(sheet, pictures, 0.2, 0.8, 0.95)


def lines_along(sheet: Sheet, path: torch.Tensor, low: float, high: float, cells: int) -> torch.Tensor:
    """Wavy lines in about the direction of a path, low...high radians a pixel, -1...1 [count, h, w]."""
    heading = path[:, -1] - path[:, 0]
    heading = heading / (heading.norm(dim=1, keepdim=True) + 1e-6)
    across = (sheet.x * heading[:, 0, None, None] - sheet.y * heading[:, 1, None, None]) * sheet.longer
    return (across * sheet.uniform(low, high) + 2.5 * sheet.smooth(cells, cells, 2)).sin()


def crease(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A press mark: a band of sharp folds along its own direction; the truth is the whole band."""
    path = sheet.walk(4, 0.8, 0.15)
    band = sheet.line(path, sheet.uniform(3, 10))
    folds = lines_along(sheet, path, 0.4, 1.6, 10) * (0.6 + 0.5 * sheet.smooth(8, 8))
    return band, pictures * (1 + sheet.uniform(0.1, 0.45) * folds)[:, None].clamp(0.1)


def wrinkle(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """Folds and pressed-in lines: each a soft ridge or furrow, lit on one flank and in shadow on the other."""
    bend, length = sheet.lot.uniform(0.03, 0.35), sheet.lot.uniform(0.3, 1.3)
    wide = sheet.spread(1.2, 6)
    first = sheet.walk(8, length, bend)
    coverage, shade = sheet.blank(0.0), sheet.blank(0.0)
    for number in range(sheet.pick(1, most + 1)):
        if number and sheet.flip(0.7):  # beside the first, in about its direction
            path = first + sheet.normal(sheet.count, 1, 2) * 0.05 + sheet.normal(sheet.count, 9, 2) * 0.01
        else:
            path = first if number == 0 else sheet.walk(8, length, bend)
        row_off, column_off = sheet.sign() * 0.6 * wide, sheet.sign() * 0.6 * wide
        moved = path + torch.cat([row_off / sheet.height, column_off / sheet.width], 2)
        flank, other = (sheet.line(way, wide) for way in (path, moved))
        coverage = torch.maximum(coverage, flank)
        deeper = blurred(flank - sheet.lot.uniform(0.3, 1.0) * other, 1)
        shade = torch.where(deeper.abs() > shade.abs(), deeper, shade)
    uneven = (0.8 + 0.4 * sheet.smooth(8, 8)).clamp(0.2, 1.5)
    return coverage, pictures * (1 + sheet.sign() * sheet.uniform(0.12, 0.6) * uneven * shade)[:, None].clamp(0.1)


def fold(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A broad soft wrinkle: a little darker than what is around it, with faint lines along it; the truth is the whole band."""
    path = sheet.walk(6, sheet.lot.uniform(0.4, 1.4), 0.15)
    half = sheet.spread(3, 16) * sheet.longer / 256
    soft = blurred(sheet.line(path, 0.6 * half), max(2, sheet.width // 64))
    lines = lines_along(sheet, path, 0.3, 1.4, 8) * (0.5 + 0.6 * sheet.smooth(8, 8))
    dark = torch.where(sheet.chance(0.8), -1.0, 1.0) * sheet.spread(0.02, 0.25)
    return sheet.line(path, half), pictures * (1 + soft * (dark + sheet.uniform(0, 0.25) * lines))[:, None].clamp(0.1)


def abrasion(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A rubbed line: the grain is roughened or flattened along a band, its light stays about as it is."""
    half = sheet.spread(1.5, 8) * sheet.longer / 256
    coverage = sheet.line(sheet.walk(6, 0.6, 0.12), half, sheet.lot.uniform(0, 3))
    detail = pictures - blurred(pictures, 3)
    grain = sheet.smooth(sheet.height // 2, sheet.width // 2)[:, None] * sheet.uniform(0.0, 0.1)[..., None]
    rougher = sheet.uniform(-0.9, 2.5)[..., None]
    return coverage, (pictures + rougher * detail + grain * (rougher > 0)) * (1 + sheet.uniform(-0.15, 0.25))[..., None]


def raised_fibres(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """Nap brushed up or pulled along a band: coarse tufts in the material's own colours, where around it the grain is fine."""
    half = sheet.spread(1.5, 8) * sheet.longer / 256
    coverage = sheet.line(sheet.walk(6, 0.7, 0.15), half, sheet.lot.uniform(1, 4))
    u, v = sheet.turned()
    tufts = (u * sheet.uniform(40, 160) + 2 * sheet.smooth(20, 20, 2)).sin() * (v * sheet.uniform(15, 60) + 2 * sheet.smooth(20, 20, 2)).sin()
    tufts = tufts + 0.7 * sheet.smooth(sheet.height // 4, sheet.width // 4, 2)
    detail = (pictures - blurred(pictures, 4)).std((1, 2, 3), keepdim=True)
    strength = sheet.spread(1.2, 4)[..., None] * detail + sheet.uniform(0, 0.04)[..., None]
    return coverage, torch.lerp(blurred(pictures, 2), pictures, 0.5) * (1 + sheet.uniform(-0.15, 0.12))[..., None] + tufts[:, None] * strength


def cut(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A slit that gapes in its middle: dark or raw material inside, lips that catch the light."""
    def once() -> tuple[torch.Tensor, torch.Tensor]:
        centre_y, centre_x = sheet.uniform(0.08, 0.92), sheet.uniform(0.08, 0.92)
        angle, half = sheet.uniform(0, 2 * math.pi), sheet.uniform(0.03, 0.22)
        u = (sheet.x - centre_x) * angle.cos() + (sheet.y - centre_y) * angle.sin()
        v = (sheet.y - centre_y) * angle.cos() - (sheet.x - centre_x) * angle.sin()
        v = (v + sheet.uniform(-1, 1) * u.square()) * sheet.longer
        gape = sheet.spread(0.8, 7) * (1 - (u / half).square()).clamp(min=0).sqrt()
        return (gape - v.abs() + 0.3).clamp(0, 1) * (u.abs() < half), v

    coverage, v = once()
    if sheet.flip(0.3):
        more, other = once()
        v = torch.where(more > coverage, other, v)
        coverage = torch.maximum(coverage, more)
    inside = sheet.uniform(0.02, 0.25)[..., None] if sheet.flip(0.7) else pictures.mean((2, 3), keepdim=True) * 1.5
    rough = sheet.smooth(sheet.height // 3, sheet.width // 3)[:, None] * sheet.uniform(0, 0.06)[..., None]
    lips = sheet.uniform(0, 0.4) * torch.tanh(v / 2) * (1 - coverage)
    return coverage, torch.lerp(pictures, inside + rough, sheet.uniform(0.5, 1.0)[..., None]) + lips[:, None]
