"""Defects: each kind gives a coverage (the truth) and what the surface looks like under it.

A drawer takes the sheet, pictures [count, 3, h, w] and object coverage [count, h, w], and returns
(coverage [count, h, w] in 0...1, replacement [count, 3, h, w]). The caller blends the replacement in.
"""

import math

import torch
import torch.nn.functional as F

from fields import Sheet, blurred
from line_defects import abrasion, crack, crack_net, crease, cut, fold, raised_fibres, scratch, wrinkle
from photographs import Photographs
from shading import relit, repeated, shaded
from surfaces import NAMES, base


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
    return sheet.solid(depth), pictures * (1 + 2 * flank)[:, None].clamp(0.1) + (0.4 * flank - 0.1 * sheet.sign() * centre)[:, None]


def other_material(sheet: Sheet, pictures: torch.Tensor, photographs: Photographs | None) -> torch.Tensor:
    """Another surface, drawn or photographed, more or less in the pictures' own light; or this one from elsewhere."""
    if sheet.flip(0.3):
        moved = pictures.roll((sheet.height // 3, sheet.width // 4), (2, 3))
        return shaded(sheet, moved, 0.1, 0.5)
    if photographs and sheet.flip(0.6):
        other = photographs.crops(sheet)
    else:
        other = base(sheet, NAMES[sheet.pick(0, len(NAMES) - 1)])
    return relit(sheet, other, pictures, sheet.uniform(0, 1))


def piece(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int, photographs: Photographs | None = None):
    """A missing or swapped piece: a box of another material."""
    off_y = (sheet.y - sheet.uniform(0.1, 0.9)).abs() / sheet.uniform(0.03, 0.16)
    off_x = (sheet.x - sheet.uniform(0.1, 0.9)).abs() / sheet.uniform(0.03, 0.16)
    coverage = sheet.solid(1 - torch.maximum(off_y, off_x) + 0.05 * sheet.smooth(10, 10))
    return coverage, other_material(sheet, pictures, photographs)


def foreign(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int, photographs: Photographs | None = None):
    """Something that stuck to the surface: a chip, a fibre, glue; it throws a little shadow."""
    if sheet.flip(0.25):
        coverage = sheet.line(sheet.walk(10, 0.3, 0.35), sheet.uniform(0.5, 3.0))
    else:
        coverage = sheet.solid(sheet.cloud(0.02, 0.2) if sheet.flip() else sheet.blob(0.015, 0.12, 0.5, 5.0))
    shadow = blurred(coverage.roll((2, 2), (1, 2)), 2)
    return coverage, other_material(sheet, pictures, photographs) * (1 - 0.4 * shadow * sheet.uniform(0, 1))[:, None]


def corrosion(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """Ragged rough patches, or rust nearly all over; brown where the picture has colour."""
    coverage = sheet.solid(sheet.cloud(0.4, 1.0) if sheet.flip(0.25) else sheet.cloud(0.06, 0.35), sheet.pick(1, 3))
    rough = sheet.smooth(sheet.height // 3, sheet.width // 3, 2)[:, None] * sheet.uniform(0.03, 0.2)[..., None]
    tint = torch.tensor([1.15, 0.85, 0.6], device=sheet.device).view(1, 3, 1, 1)
    tint = torch.where(sheet.chance(0.5)[..., None], tint, torch.ones_like(tint))
    return coverage, pictures * (tint * sheet.uniform(0.35, 1.3)[..., None]) * (1 + rough) + 0.3 * rough


def smooth_area(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """The texture is gone: rubbed off, filled, melted or painted over; light and colour stay about as they are."""
    depth = sheet.blob(0.03, 0.25, 0.4, 3.0) if sheet.flip() else sheet.cloud(0.06, 0.3)
    calm = torch.lerp(blurred(pictures, max(2, sheet.width // 24)), pictures, sheet.uniform(0, 0.25)[..., None])
    return sheet.solid(depth, sheet.pick(1, 4)), calm * (1 + sheet.uniform(-0.2, 0.2))[..., None]


def edge_wear(sheet: Sheet, pictures: torch.Tensor, cover: torch.Tensor, most: int):
    """Worn along the object's outline, or along a border of the picture where it fills it."""
    inside = blurred(F.pad(cover, (8, 8, 8, 8)), max(2, sheet.width // 24))[:, 8:-8, 8:-8]
    ragged = sheet.uniform(0.65, 0.95) + 0.12 * sheet.smooth(14, 14, 3) - inside
    depth = torch.minimum(ragged, 0.5 * sheet.blob(0.1, 0.6, 0.3, 4.0))
    return sheet.solid(depth), shaded(sheet, pictures, 0.15, 0.6, 0.3) + 0.05 * sheet.smooth(40, 40)[:, None]


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
         "missing piece": piece, "uneven area": uneven, "worn area": fray, "foreign body": foreign, "corrosion": corrosion,
         "smooth area": smooth_area, "worn edge": edge_wear, "crease": crease, "wrinkle": wrinkle, "cut": cut,
         "crack net": crack_net, "fold": fold, "abrasion": abrasion, "raised fibres": raised_fibres}
# Large areas are the hardest to learn, so they are drawn often.
WEIGHTS = {"scratch": 1.0, "crack": 1.5, "spot": 0.6, "hole": 0.9, "chip": 1.2, "stain": 1.5, "dent": 0.8,
           "missing piece": 0.9, "uneven area": 2.2, "worn area": 2.4, "foreign body": 1.4, "corrosion": 1.0,
           "smooth area": 1.1, "worn edge": 0.7, "crease": 0.5, "wrinkle": 0.9, "cut": 1.0, "crack net": 1.2,
           "fold": 2.2, "abrasion": 1.0, "raised fibres": 1.2}
# A long line shows although it differs little from what is around it, and so does a grain that changes: less than the usual
# contrast is enough for these.
FAINT = {"scratch", "crack", "crease", "wrinkle", "crack net", "fold", "raised fibres"}
# These take their material from somewhere else.
TAKE_MATERIAL = {"missing piece", "foreign body"}
