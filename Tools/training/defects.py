"""Puts defects into batches of surfaces, with exact masks."""
import math

import torch
import torch.nn.functional as F

from surfaces import SURFACES, chance, coordinates, fractal, paint, rotated, smooth, surfaces, uniform

DEFECTS = ["scratch", "crack", "spot", "hole", "chip", "stain", "dent", "missing piece", "uneven area", "fray"]


def strokes(count, side, wander, width, length):
    """Masks of thin walks: [count, 1, side, side], soft at the rim."""
    steps = 24
    turns = torch.cumsum(torch.randn(count, steps) * wander, 1) + torch.rand(count, 1) * 2 * math.pi
    upright = torch.rand(count, 1) < 0.4
    turns = torch.where(upright, math.pi / 2 + turns - turns[:, :1] + 0.15 * torch.randn(count, 1), turns)
    step = (length / steps).view(count, 1)
    path = torch.rand(count, 1, 2) * 0.8 + 0.1 + torch.cumsum(torch.stack([torch.cos(turns), torch.sin(turns)], -1) * step[..., None], 1)
    line = (torch.arange(side) + 0.5) / side
    grid = torch.stack(torch.meshgrid(line, line, indexing="ij"), -1).flip(-1)
    out = torch.zeros(count, side, side)
    for index in range(count):
        for a, b in zip(path[index, :-1], path[index, 1:]):
            low = ((torch.minimum(a, b) * side).floor().long() - 6).clamp(0, side)
            high = ((torch.maximum(a, b) * side).ceil().long() + 7).clamp(0, side)
            if (high <= low).any():
                continue
            window = grid[low[1] : high[1], low[0] : high[0]]
            d = b - a
            s = (((window - a) * d).sum(-1) / (d @ d + 1e-9)).clamp(0, 1)
            distance = (window - a - s[..., None] * d).norm(dim=-1) * side
            region = out[index, low[1] : high[1], low[0] : high[0]]
            region.copy_(torch.maximum(region, (width[index, 0, 0, 0] - distance + 0.5).clamp(0, 1)))
    return out[:, None]


def blob(count, side, low, high, rough):
    """Rough-rimmed ellipses of a random size and turn."""
    u, v = rotated(count, side)
    y, x = uniform(count, -0.42, 0.42), uniform(count, -0.42, 0.42)
    size = torch.exp(uniform(count, math.log(low), math.log(high)))
    stretch = torch.exp(uniform(count, -0.9, 0.9))
    radius = torch.sqrt(((u - x) * stretch) ** 2 + ((v - y) / stretch) ** 2) + rough * size * fractal(count, side, 6, 3)
    return ((size - radius) * side / 2 + 0.5).clamp(0, 1)


def shape(kind, count, side, part):
    """The mask of one kind of defect, soft at the rim, [count, 1, side, side]."""
    y, x = coordinates(count, side)
    if kind == "scratch":
        return strokes(count, side, 0.05, uniform(count, 0.5, 3), torch.rand(count) * 0.8 + 0.1)
    if kind == "crack":
        return strokes(count, side, 0.4, uniform(count, 0.5, 3), torch.rand(count) * 0.9 + 0.15)
    if kind in ("spot", "hole"):
        mask = blob(count, side, 0.008, 0.06, 0.25)
        for _ in range(2):
            mask = torch.maximum(mask, blob(count, side, 0.006, 0.04, 0.25) * chance(count, 0.3))
        return mask
    if kind == "dent":
        return blob(count, side, 0.03, 0.12, 0.1)
    if kind == "stain":
        return blob(count, side, 0.04, 0.25, 0.35)
    if kind == "missing piece":
        h, w = uniform(count, 0.04, 0.35), uniform(count, 0.04, 0.35)
        u, v = rotated(count, side, uniform(count, -0.3, 0.3))
        cy, cx = uniform(count, -0.4, 0.4), uniform(count, -0.4, 0.4)
        return (((u - cx).abs() < w / 2) & ((v - cy).abs() < h / 2)).float()
    if kind == "uneven area":
        long = blob(count, side, 0.12, 0.35, 0.12)
        u, _ = rotated(count, side, (math.pi / 2) * torch.randint(0, 2, (count, 1, 1, 1)) + uniform(count, -0.15, 0.15))
        middle, half = uniform(count, -0.5, 0.5), uniform(count, 0.05, 0.2)
        band = ((half - (u + 0.03 * smooth(count, side, 3) - middle).abs()) * side / 6).clamp(0, 1)
        return torch.where(torch.rand(count, 1, 1, 1) < 0.5, long, band)
    # Chips and frays eat into the surface from a side of the picture or of the part.
    flat = torch.randint(0, 4, (count, 1, 1, 1))
    toward = torch.where(flat == 0, x, torch.where(flat == 1, 1 - x, torch.where(flat == 2, y, 1 - y)))
    along = torch.where(flat < 2, y, x)
    if kind == "fray":
        depth = uniform(count, 0.03, 0.25) * (1 + 0.35 * smooth(count, side, 3) + 0.1 * smooth(count, side, 16))
        return ((depth - toward) * side / 3 + 0.5).clamp(0, 1)
    center, half = uniform(count, 0.05, 0.95), uniform(count, 0.03, 0.2)
    depth = uniform(count, 0.03, 0.22) * (1 - ((along - center) / half) ** 2) * (1 + 0.25 * smooth(count, side, 12))
    return ((depth - toward + (1 - part) * 0) * side / 2 + 0.5).clamp(0, 1)


def filling(kind, pictures, mask):
    """What stands where the defect is."""
    count, _, side, _ = pictures.shape
    sign = torch.where(torch.rand(count, 1, 1, 1) < 0.7, -1.0, 1.0)
    shift = uniform(count, 0.08, 0.45) * sign
    grain = uniform(count, 0, 0.08) * fractal(count, side, 16, 3)
    darker = pictures + shift
    flat = uniform(count, 0, 1).expand_as(pictures) + grain
    blurred = F.avg_pool2d(pictures, 9, 1, 4, count_include_pad=False)
    other = paint(SURFACES[int(torch.randint(0, len(SURFACES), ()))], count, side)
    moved = torch.roll(pictures, (side // 3, side // 4), (2, 3)) + uniform(count, 0, 0.2) * sign
    smoothed = blurred + uniform(count, 0.05, 0.3) * sign
    pick = torch.rand(count, 1, 1, 1)
    if kind in ("hole", "crack", "spot"):
        dark = torch.where(torch.rand(count, 1, 1, 1) < 0.75, uniform(count, 0, 0.3), uniform(count, 0.6, 1)).expand_as(pictures) + grain
        return torch.where(pick < 0.5, dark, darker)
    if kind == "scratch":
        return torch.where(pick < 0.6, pictures - shift, darker)
    if kind == "dent":
        y = F.avg_pool2d(mask, 9, 1, 4)
        slope = (torch.roll(y, 5, 2) - torch.roll(y, -5, 2)) + 0.5 * (torch.roll(y, 5, 3) - torch.roll(y, -5, 3))
        return pictures + slope * uniform(count, 0.2, 0.6) + 0.3 * shift
    if kind in ("uneven area", "stain"):
        faint = pictures + uniform(count, 0.05, 0.25) * sign
        return torch.where(pick < 0.4, faint, torch.where(pick < 0.75, smoothed, darker + grain))
    if kind in ("fray", "chip"):
        return torch.where(pick < 0.35, flat, torch.where(pick < 0.6, smoothed + grain, torch.where(pick < 0.8, pictures + uniform(count, 0.05, 0.2) * sign + grain, other)))
    return torch.where(pick < 0.3, flat, torch.where(pick < 0.55, other, torch.where(pick < 0.75, moved, darker)))


def batch(count, side, defective=0.7):
    """A batch for training.

    Returns pictures [count, 3, side, side] in 0...1, masks [count, side, side] of 0 and 1,
    the surface kind and the defect kind (-1: none) of each picture.
    """
    pictures, part, surface = surfaces(count, side)
    defect = torch.randint(0, len(DEFECTS), (count,))
    defect = torch.where(torch.rand(count) < defective, defect, torch.tensor(-1))
    masks = torch.zeros(count, 1, side, side)
    for kind in defect.unique().tolist():
        if kind < 0:
            continue
        rows = (defect == kind).nonzero()[:, 0]
        name, below = DEFECTS[kind], pictures[rows]
        soft = shape(name, len(rows), side, part[rows])
        if name not in ("chip", "fray"):
            soft = soft * part[rows]
        mixed = below + (filling(name, below, soft) - below) * soft * uniform(len(rows), 0.6, 1)
        seen = ((mixed - below).abs().amax(1, keepdim=True) > 0.03).float()
        hard = (soft > 0.3).float()
        # A defect that cannot be seen is no defect: leave the picture as it was.
        shown = ((seen * hard).sum((1, 2, 3)) >= 0.35 * hard.sum((1, 2, 3))) & (hard.sum((1, 2, 3)) >= 6)
        pictures[rows] = torch.where(shown[:, None, None, None], mixed, below)
        masks[rows] = hard * shown[:, None, None, None]
        defect[rows[~shown]] = -1
    pictures = camera(pictures)
    return pictures, masks[:, 0], surface, defect


def camera(pictures):
    """What a camera does: noise, a little blur, often no colour, exposure."""
    count = len(pictures)
    blurred = F.avg_pool2d(pictures, 3, 1, 1, count_include_pad=False)
    pictures = torch.where(torch.rand(count, 1, 1, 1) < 0.4, blurred, pictures)
    pictures = pictures + uniform(count, 0, 0.035) * torch.randn_like(pictures[:, :1])
    grey = pictures.mean(1, keepdim=True).expand_as(pictures)
    pictures = torch.where(torch.rand(count, 1, 1, 1) < 0.5, grey, pictures)
    return ((pictures - 0.5) * uniform(count, 0.6, 1.15) + 0.5 + uniform(count, -0.15, 0.1)).clamp(0, 1)
