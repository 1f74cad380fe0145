"""Defects: each kind gives a coverage (the truth) and what the surface looks like under it.

A drawer takes the sheet, pictures [count, 3, h, w] and object coverage [count, h, w], and returns
(coverage [count, h, w] in 0...1, replacement [count, 3, h, w]). The caller blends the replacement in.
"""

import math
from collections.abc import Callable

import torch

from fields import Sheet, blurred
from surfaces import NAMES, surface


def shaded(sheet: Sheet, pictures: torch.Tensor, low: float, high: float, darker: float = 0.65) -> torch.Tensor:
    """The pictures darker (mostly) or brighter by low...high of their own grey."""
    direction = torch.where(sheet.chance(darker), -1.0, 1.0)
    return pictures + (direction * sheet.uniform(low, high))[..., None] * (0.4 + pictures.mean((1, 2, 3), keepdim=True))


def repeated(sheet: Sheet, once: Callable[[], torch.Tensor], most: int) -> torch.Tensor:
    """The coverage of one to `most` defects, each drawn by `once`."""
    coverage = once()
    for _ in range(sheet.pick(0, most - 1)):
        coverage = torch.maximum(coverage, once())
    return coverage


def scratch(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    line = repeated(sheet, lambda: sheet.line(sheet.walk(8, 0.6, 0.06), sheet.uniform(0.3, 1.8)), most)
    return line, shaded(sheet, pictures, 0.2, 0.8, 0.4)


def crack(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    straight = sheet.flip(0.6)
    line = repeated(sheet, lambda: sheet.line(sheet.walk(14, 0.6, 0.12 if straight else 0.5, straight),
                                              sheet.uniform(0.3, 1.6)), min(most, 2))
    return line, shaded(sheet, pictures, 0.15, 0.7, 0.95)


def spot(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    return repeated(sheet, lambda: sheet.solid(sheet.blob(0.008, 0.035, 0.2)), most + 1), shaded(sheet, pictures, 0.2, 0.8)


def hole(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A pit: dark, sometimes with a lit rim."""
    depth = sheet.blob(0.012, 0.07, 0.3)
    rim = torch.exp(-((depth - 0.25) / 0.2).square())[:, None] * sheet.uniform(0, 0.35)[..., None]
    return sheet.solid(depth), shaded(sheet, pictures, 0.25, 0.9, 1.0) + rim


def chip(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A piece broken off at the border: background or raw material shows behind it."""
    side = sheet.pick(0, 3)
    place = sheet.uniform(0.02, 0.98)
    inset = sheet.uniform(0.0, 0.07)
    centre = [(inset, place), (1 - inset, place), (place, inset), (place, 1 - inset)][side]
    if sheet.flip(0.25):
        centre = (torch.round(place), inset if sheet.flip() else 1 - inset)
    coverage = sheet.solid(sheet.blob(0.02, 0.16, 0.45, 6.0, centre))
    if sheet.flip(0.4):
        return coverage, sheet.uniform(0, 0.2)[..., None] + 0.02 * sheet.smooth(40, 40)[:, None].expand_as(pictures)
    rough = sheet.smooth(30, 30, 2)[:, None] * sheet.uniform(0.03, 0.15)[..., None]
    return coverage, shaded(sheet, blurred(pictures, 6), 0.1, 0.6, 0.45) + rough


def stain(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    coverage = sheet.solid(sheet.blob(0.03, 0.22, 0.8), sheet.pick(1, 6))
    tint = 1 + (sheet.sign() * sheet.uniform(0.15, 0.5))[..., None] * (1 + 0.4 * sheet.normal(sheet.count, 3, 1, 1))
    return coverage, pictures * tint.clamp(0.2, 1.8)


def dent(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A hollow: lit on one flank and in shadow on the other."""
    depth = sheet.blob(0.03, 0.16, 0.15)
    angle = sheet.uniform(0, 2 * math.pi)
    centre = depth.clamp(0)
    slope_y, slope_x = torch.gradient(centre, dim=(1, 2))
    flank = slope_y * angle.sin() + slope_x * angle.cos()
    flank = flank / (flank.abs().amax((1, 2), keepdim=True) + 1e-6) * sheet.uniform(0.15, 0.5)
    return sheet.solid(depth), pictures + flank[:, None] - (0.1 * sheet.sign() * centre)[:, None]


def piece(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A missing or swapped piece: a box of another surface, or of this one from elsewhere."""
    half_y = sheet.uniform(0.03, 0.16)
    half_x = sheet.uniform(0.03, 0.16)
    off_y = (sheet.y - sheet.uniform(0.1, 0.9)).abs() / half_y
    off_x = (sheet.x - sheet.uniform(0.1, 0.9)).abs() / half_x
    coverage = sheet.solid(1 - torch.maximum(off_y, off_x) + 0.05 * sheet.smooth(10, 10))
    if sheet.flip():
        other = surface(sheet, NAMES[sheet.pick(0, len(NAMES) - 1)])[0]
    else:
        other = shaded(sheet, pictures.roll((sheet.height // 3, sheet.width // 4), (2, 3)), 0.1, 0.5)
    return coverage, other


def uneven(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """A broad area that was worked differently: a band at or near a border, or a wedge. Its brightness or grain differs."""
    border = sheet.uniform(0.05, 0.38) + sheet.uniform(-0.25, 0.25) * (sheet.x - 0.5) * sheet.chance(0.5)
    border = border + sheet.uniform(0, 0.012) * sheet.smooth(1, sheet.pick(4, 14))
    wedge = sheet.chance(0.25) * sheet.uniform(-1.0, 1.0) * (sheet.x - 0.5)
    depth = border + wedge - sheet.y
    if sheet.flip(0.3):
        depth = torch.minimum(depth + sheet.uniform(0.05, 0.4), sheet.y - sheet.uniform(0.0, 0.15))
    if sheet.flip():
        depth = depth.flip(1)
    if sheet.height == sheet.width and sheet.flip(0.2):
        depth = depth.transpose(1, 2)
    coverage = sheet.solid(depth, sheet.pick(1, 4))
    other = shaded(sheet, pictures, 0.1, 0.45, 0.4)
    if sheet.flip(0.6):
        grain = sheet.smooth(sheet.pick(1, 4), sheet.width // sheet.pick(1, 4))
        level = blurred(pictures.mean(1), sheet.width // 12)[:, None]
        other = torch.lerp(other, level * sheet.uniform(0.8, 1.25)[..., None], sheet.uniform(0.3, 1.0)[..., None])
        other = other + (grain * sheet.uniform(0.01, 0.09))[:, None]
    return coverage, other


def fray(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """Material rubbed off: a large area shaped as a drop, a bottle or a wedge, without grain and of even grey."""
    if sheet.flip(0.7):
        # A drop or a bottle that stands on its foot: `profile` is its half width along its height, 0 to 1.
        middle = sheet.uniform(0.2, 0.8)
        half = sheet.uniform(0.06, 0.26)
        foot = sheet.uniform(0.55, 1.1)
        top = sheet.uniform(-0.15, 0.5)
        height = ((sheet.y - top) / (foot - top)).clamp(0, 1)
        profile = (height.pow(sheet.uniform(0.3, 1.2)) * (1 - height).pow(sheet.uniform(0.1, 0.8))) * 1.6
        profile = profile + sheet.chance(0.5) * 0.35 * (height > 0) * (height < 1)
        depth = half * profile - (sheet.x - middle + 0.1 * (sheet.uniform(-1, 1) * (sheet.y - 0.5))).abs() - 0.01
    else:
        # A wedge along the left border, thickest at the top.
        run = sheet.uniform(0.3, 1.0)
        thick = sheet.uniform(0.03, 0.12)
        depth = thick * (1 - sheet.y / run).clamp(0) - (sheet.x - sheet.uniform(-0.02, 0.08)).clamp(0) - 0.004
    depth = depth + 0.006 * sheet.smooth(8, 8, 2)
    depth = depth.flip(1) if sheet.flip() else depth
    depth = depth.flip(2) if sheet.flip() else depth
    if sheet.height == sheet.width and sheet.flip(0.2):
        depth = depth.transpose(1, 2)
    level = torch.lerp(blurred(pictures, sheet.width // 8), pictures.mean((2, 3), keepdim=True), 0.7)
    calm = torch.lerp(blurred(pictures, sheet.pick(1, 4)), level, sheet.uniform(0.4, 1.0)[..., None])
    matte = sheet.smooth(sheet.height // 3, sheet.width // 3)[:, None] * sheet.uniform(0.0, 0.03)[..., None]
    return sheet.solid(depth, sheet.pick(1, 4)), shaded(sheet, calm, 0.08, 0.5, 0.8) + matte


KINDS = {"scratch": scratch, "crack": crack, "spot": spot, "hole": hole, "chip": chip, "stain": stain, "dent": dent,
         "missing piece": piece, "uneven area": uneven, "worn area": fray}
# Large areas are the hardest to learn, so they are drawn the most.
WEIGHTS = {"scratch": 0.5, "crack": 1.0, "spot": 0.4, "hole": 0.8, "chip": 1.4, "stain": 1.8, "dent": 0.4,
           "missing piece": 1.2, "uneven area": 3.2, "worn area": 4.0}
