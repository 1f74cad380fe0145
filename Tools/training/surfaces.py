"""Draws batches of normal surfaces with torch: textures, light, streaks, outlines and borders.

All functions take and give tensors [batch, 1 or 3, side, side]; brightness is nominally 0...1.
"""
import math

import torch
import torch.nn.functional as F

SURFACES = ["noise", "brushed metal", "grating", "weave", "grid", "grain", "cells", "gradient", "plain", "wood"]


def uniform(count, low, high):
    """[count, 1, 1, 1] values drawn evenly from low...high."""
    return low + (high - low) * torch.rand(count, 1, 1, 1)


def chance(count, probability):
    """[count, 1, 1, 1] ones with a probability, else zeros."""
    return (torch.rand(count, 1, 1, 1) < probability).float()


def coordinates(count, side):
    """y and x in 0...1, each [count, 1, side, side]."""
    line = (torch.arange(side) + 0.5) / side
    y, x = torch.meshgrid(line, line, indexing="ij")
    return y.expand(count, 1, side, side), x.expand(count, 1, side, side)


def rotated(count, side, angle=None):
    """Coordinates turned by an angle a picture, about the middle."""
    y, x = coordinates(count, side)
    if angle is None:
        angle = uniform(count, 0, math.pi)
    c, s = torch.cos(angle), torch.sin(angle)
    return (x - 0.5) * c + (y - 0.5) * s, -(x - 0.5) * s + (y - 0.5) * c


def smooth(count, side, cells, columns=None):
    """Smooth noise of unit variance with `cells` x `columns` cells across."""
    seed = torch.randn(count, 1, cells + 2, (columns or cells) + 2)
    out = F.interpolate(seed, size=(side + side // cells * 2, side + side // (columns or cells) * 2), mode="bicubic", align_corners=False)
    a, b = side // cells, side // (columns or cells)
    return out[:, :, a : a + side, b : b + side] * 1.3


def fractal(count, side, first, octaves, persistence=0.55):
    """A sum of smooth noises, each twice as fine as the one before; unit variance."""
    total, weight, power = 0, 1.0, 0.0
    for octave in range(octaves):
        total = total + weight * smooth(count, side, min(first * 2**octave, side // 2))
        power += weight * weight
        weight *= persistence
    return total / math.sqrt(power)


def brushed(count, side):
    """Streaks along one axis: fine and broad, bright and dark, fading along their length."""
    def bars(columns, rows):
        return smooth(count, side, rows, columns)
    fine = bars(side // 2, 2) * uniform(count, 0.2, 1) + bars(side // 4, 4) * uniform(count, 0, 1)
    broad = bars(12, 2) * uniform(count, 0, 1) + bars(5, 1) * uniform(count, 0, 1)
    spark = F.relu(bars(side // 3, 3) - 1.2) * uniform(count, 0, 2.5)
    out = fine + broad + spark + 0.25 * torch.randn(count, 1, side, side)
    turned = (torch.rand(count, 1, 1, 1) < 0.35)
    return torch.where(turned, out.transpose(2, 3), out)


def texture(kind, count, side):
    """One texture, normalised to mean 0 and deviation 1."""
    u, v = rotated(count, side)
    wobble = smooth(count, side, 4) * uniform(count, 0, 1.5)
    if kind == "noise":
        t = fractal(count, side, int(torch.randint(2, 8, ())), int(torch.randint(2, 6, ())))
    elif kind == "brushed metal":
        t = brushed(count, side)
    elif kind == "grating":
        t = torch.sin(2 * math.pi * uniform(count, 3, 40) * u + wobble)
    elif kind == "weave":
        f = uniform(count, 5, 36)
        t = torch.sin(2 * math.pi * f * u + 0.3 * wobble) * torch.sin(2 * math.pi * f * uniform(count, 0.5, 2) * v)
    elif kind == "grid":
        f, m = uniform(count, 3, 16), uniform(count, 0.03, 0.15)
        t = (((u * f) % 1 > m) & ((v * f * uniform(count, 0.5, 2)) % 1 > m)).float()
    elif kind == "grain":
        size = 2 * int(torch.randint(0, 4, ())) + 1
        t = F.avg_pool2d(torch.randn(count, 1, side, side), size, 1, size // 2) * size
    elif kind == "cells":
        small = side // 4
        n = int(torch.randint(20, 120, ()))
        points = torch.rand(count, n, 2)
        line = (torch.arange(small) + 0.5) / small
        grid = torch.stack(torch.meshgrid(line, line, indexing="ij"), -1).view(1, -1, 2)
        near = torch.cdist(grid.expand(count, -1, 2), points).topk(2, largest=False).values
        t = F.interpolate((near[..., 1] - near[..., 0]).view(count, 1, small, small), size=(side, side), mode="bilinear")
    elif kind == "wood":
        t = torch.sin(uniform(count, 4, 20) * smooth(count, side, 3) + uniform(count, 0, 30) * u)
    elif kind == "gradient":
        t = u + 0.2 * v * v
    else:
        t = 0.05 * torch.randn(count, 1, side, side)
    return (t - t.mean((2, 3), keepdim=True)) / (t.std((2, 3), keepdim=True) + 1e-4)


def light(count, side):
    """Uneven light that is still normal: a slope, soft vignetting, broad gentle bands along one axis."""
    y, x = coordinates(count, side)
    slope = (x - 0.5) * uniform(count, -0.3, 0.3) + (y - 0.5) * uniform(count, -0.3, 0.3)
    radius = (x - uniform(count, 0.2, 0.8)) ** 2 + (y - uniform(count, 0.2, 0.8)) ** 2
    bands = smooth(count, side, 1, 4) * uniform(count, 0, 0.12)
    bands = torch.where(torch.rand(count, 1, 1, 1) < 0.3, bands.transpose(2, 3), bands)
    cloud = smooth(count, side, 2) * uniform(count, 0, 0.04)
    return chance(count, 0.5) * slope - chance(count, 0.4) * uniform(count, 0, 0.5) * radius + chance(count, 0.6) * bands + cloud


def colour(count):
    """A base colour, grey more often than not."""
    base = uniform(count, 0.12, 0.85).expand(count, 3, 1, 1)
    return torch.where(torch.rand(count, 1, 1, 1) < 0.4, (base + 0.3 * (torch.rand(count, 3, 1, 1) - 0.5)).clamp(0.05, 0.95), base)


def paint(kind, count, side):
    """A lit and coloured surface of one kind, [count, 3, side, side]."""
    strength = uniform(count, 0.01, 0.16)
    tint = torch.where(torch.rand(count, 1, 1, 1) < 0.3, torch.randn(count, 3, 1, 1).clamp(-1, 1), torch.ones(count, 3, 1, 1))
    return colour(count) + strength * tint * texture(kind, count, side) + light(count, side)


def outlined(pictures):
    """Puts some surfaces into an object's outline against a background, or gives them a dark or bright picture border.

    Returns pictures and the part's mask [batch, 1, side, side] (ones where there is surface).
    """
    count, _, side, _ = pictures.shape
    y, x = coordinates(count, side)
    u, v = rotated(count, side, uniform(count, -0.15, 0.15) + (math.pi / 2) * torch.randint(0, 2, (count, 1, 1, 1)))
    disc = ((x - uniform(count, 0.4, 0.6)) ** 2 + (y - uniform(count, 0.4, 0.6)) ** 2 < uniform(count, 0.3, 0.5) ** 2).float()
    slab = ((u > -uniform(count, 0.25, 0.55)) & (u < uniform(count, 0.25, 0.55))).float()
    block = slab * ((v > -uniform(count, 0.3, 0.6)) & (v < uniform(count, 0.3, 0.6))).float()
    rim = uniform(count, -0.02, 0.06)
    border = ((x > rim) & (x < 1 - uniform(count, -0.04, 0.06)) & (y > uniform(count, -0.06, 0.04)) & (y < 1 - uniform(count, -0.06, 0.04))).float()
    pick = torch.rand(count, 1, 1, 1)
    part = torch.where(pick < 0.1, disc, torch.where(pick < 0.22, slab, torch.where(pick < 0.32, block, torch.where(pick < 0.6, border, torch.ones_like(border)))))
    back = torch.where(torch.rand(count, 1, 1, 1) < 0.6, uniform(count, 0, 0.25), uniform(count, 0.2, 1)).expand(count, 3, side, side)
    back = back + uniform(count, 0, 0.05) * smooth(count, side, 16)
    soft = F.avg_pool2d(part, 3, 1, 1, count_include_pad=False)
    return pictures * soft + back * (1 - soft), part


def surfaces(count, side):
    """A batch of normal pictures. Returns pictures [count, 3, side, side], part masks, and the kind of each."""
    kinds = torch.randint(0, len(SURFACES), (count,))
    kinds = torch.where(torch.rand(count) < 0.35, torch.tensor(SURFACES.index("brushed metal")), kinds)
    pictures = torch.empty(count, 3, side, side)
    for kind in kinds.unique().tolist():
        rows = (kinds == kind).nonzero()[:, 0]
        pictures[rows] = paint(SURFACES[kind], len(rows), side)
    pictures, part = outlined(pictures)
    return pictures, part, kinds
