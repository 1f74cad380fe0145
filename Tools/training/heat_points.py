"""Points as PPG takes them from the anomaly map: the same rule as the library's, in batches on a raster of RASTER cells.

The library's raster has 518 pixels and its negatives look at SAM's features; here the ring's cold cells are drawn by lot.
A group is one connected part of the extreme region. Points that a group lacks have the label -1, which SAM takes for none.
"""

import torch
import torch.nn.functional as F

RASTER = 64
PIXELS = 518 / RASTER  # of the library's raster, to a cell
POSITIVES, NEGATIVES = 3, 5
SPACING = 60 / PIXELS
RELATIVE_MINIMUM = 0.8
GROUP_MINIMUM = 0.6
COVERAGE = (0.0005, 0.3)
FALLBACK = 0.99
BINS = 256
SPREAD = 48  # steps of growth inside of a region: enough for all but the longest winding ones


def grown_within(seed: torch.Tensor, mask: torch.Tensor, steps: int = SPREAD) -> torch.Tensor:
    """Largest value of each connected part of `mask`, in its cells: seed, mask [b, h, w], mask 0 or 1."""
    value = seed * mask
    for _ in range(steps):
        value = F.max_pool2d(value[:, None], 3, 1, 1)[:, 0] * mask
    return value


def otsu(heat: torch.Tensor) -> torch.Tensor:
    """The cut of each row of heat [b, n] in 0...1 that parts it best into two; [b]."""
    index = (heat * BINS).long().clamp(0, BINS - 1)
    counts = torch.zeros(len(heat), BINS, device=heat.device).scatter_add_(1, index, torch.ones_like(heat))
    level = (torch.arange(BINS, device=heat.device) + 0.5) / BINS
    below = counts.cumsum(1)
    above = below[:, -1:] - below
    sums = (counts * level).cumsum(1)
    gap = sums / below.clamp(min=1) - (sums[:, -1:] - sums) / above.clamp(min=1)
    return (torch.argmax(below * above * gap.square(), 1) + 1) / BINS


def extreme(heat: torch.Tensor) -> torch.Tensor:
    """The extreme region of heat [b, h, w]: above Otsu's cut where it covers a sensible share, else the top of the pixels."""
    flat = heat.flatten(1)
    cut = otsu(flat)
    share = (flat >= cut[:, None]).float().mean(1)
    sensible = (share >= COVERAGE[0]) & (share <= COVERAGE[1])
    cut = torch.where(sensible, cut, flat.quantile(FALLBACK, 1))
    return (heat >= cut[:, None, None]).float()


def normalised(grid: torch.Tensor) -> torch.Tensor:
    """A map [b, rows, columns] on the raster, 0...1 in each picture."""
    heat = F.interpolate(grid[:, None], size=(RASTER, RASTER), mode="bilinear", align_corners=False)[:, 0]
    low, high = heat.amin((1, 2), keepdim=True), heat.amax((1, 2), keepdim=True)
    return (heat - low) / (high - low + 1e-8)


def groups(heat: torch.Tensor, strongest: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """One group of each map: its region [b, h, w], and all extreme cells; the strongest, or any that is strong enough."""
    region = extreme(heat)
    peak = grown_within(heat, region)
    candidate = (region > 0) & (heat >= peak) & (peak >= GROUP_MINIMUM)
    lot = heat if strongest else torch.rand_like(heat)
    chosen = torch.where(candidate, 1 + lot, torch.zeros_like(lot)).flatten(1).argmax(1)
    seed = F.one_hot(chosen, RASTER * RASTER).float().view_as(heat)
    return grown_within(seed, region), region


def points(heat: torch.Tensor, group: torch.Tensor, region: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Points [b, POSITIVES + NEGATIVES, 2] (x, y) in 0...1 and their labels, for a group [b, h, w] of each map."""
    free = torch.where(group > 0, heat, torch.full_like(heat, -1.0)).flatten(1)
    least = RELATIVE_MINIMUM * free.amax(1, keepdim=True)
    place = torch.arange(RASTER, device=heat.device, dtype=torch.float32)
    rows, columns = place.repeat_interleave(RASTER), place.repeat(RASTER)
    found, labels = [], []
    for number in range(POSITIVES):
        best, index = free.max(1)
        there = (best >= least[:, 0]) & (best >= 0)
        found.append(index)
        labels.append(torch.where(there, 1.0, 1.0 if number == 0 else -1.0))
        distance = ((rows - rows[index, None]).square() + (columns - columns[index, None]).square()).sqrt()
        free = torch.where(distance < SPACING, torch.full_like(free, -1.0), free)
    ring = F.max_pool2d(group[:, None], 5, 1, 2)[:, 0] * (1 - region)
    wide = F.max_pool2d(group[:, None], 13, 1, 6)[:, 0] * (1 - region)
    ring = torch.where(ring.sum((1, 2), keepdim=True) < NEGATIVES, wide, ring)
    cold = ring * (heat <= 0.5) * (0.2 + torch.rand_like(heat))
    weight, index = cold.flatten(1).topk(NEGATIVES, 1)
    place = torch.cat([torch.stack(found, 1), index], 1)
    positions = torch.stack([columns[place] + 0.5, rows[place] + 0.5], -1) / RASTER
    return positions, torch.cat([torch.stack(labels, 1), torch.where(weight > 0, 0.0, -1.0)], 1)


def touched(truth: torch.Tensor, group: torch.Tensor) -> torch.Tensor:
    """The connected parts of truth [b, h, w] that a group [b, RASTER, RASTER] lies on or beside, [b, h, w]."""
    coarse = F.adaptive_max_pool2d(truth[:, None], (RASTER, RASTER))[:, 0]
    near = F.max_pool2d(group[:, None], 3, 1, 1)[:, 0]
    parts = grown_within(near, coarse)
    return truth * F.interpolate(parts[:, None], size=truth.shape[1:], mode="nearest")[:, 0]
