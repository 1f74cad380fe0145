"""Prompts for the small SAM's training: points in a target, around it and elsewhere, and jittered boxes."""

import random

import torch
import torch.nn.functional as F


def sampled(weights: torch.Tensor, count: int) -> torch.Tensor:
    """`count` points (x, y) a row where weights [b, h, w] are above 0, [b, count, 2]; anywhere where none is."""
    flat = weights.flatten(1)
    flat = flat + (flat.sum(1, keepdim=True) == 0)
    index = torch.multinomial(flat, count, replacement=True)
    return torch.stack([index % weights.shape[2], index // weights.shape[2]], -1).float()


def grown(mask: torch.Tensor, pixels: int) -> torch.Tensor:
    """The mask [b, h, w] widened by about `pixels` on every side, to two pixels exactly."""
    reach = (pixels + 1) // 2
    half = F.max_pool2d(mask[:, None], 2)
    half = F.max_pool2d(half, (2 * reach + 1, 1), 1, (reach, 0))
    half = F.max_pool2d(half, (1, 2 * reach + 1), 1, (0, reach))
    return F.interpolate(half, scale_factor=2)[:, 0]


def points(lot: random.Random, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """1...5 positives and 0...5 negatives for targets [b, h, w]: coordinates [b, n, 2] and labels [b, n].

    The anomaly map is coarse, so now and then the positives miss the target by a few pixels.
    """
    positives = sampled(target, lot.randint(1, 5))
    if lot.random() < 0.3:
        positives = positives + lot.uniform(0.5, 3) * torch.randn_like(positives)
    count = lot.randint(0, 5)
    if count == 0:
        return positives, torch.ones(positives.shape[:2])
    reach = lot.choice([6, 10, 16, 24])
    outside = 1 - grown(target, 3)
    where = grown(target, reach) * outside if lot.random() < 0.75 else outside
    negatives = sampled(where, count)
    labels = torch.cat([torch.ones(positives.shape[:2]), torch.zeros(negatives.shape[:2])], 1)
    return torch.cat([positives, negatives], 1), labels


def boxes(mask: torch.Tensor, jitter: float) -> torch.Tensor:
    """Tight boxes [b, 4] of masks [b, h, w], each side moved by up to `jitter` of the box; the whole where empty."""
    height, width = mask.shape[-2:]
    result = []
    for row in mask > 0.5:
        ys, xs = row.any(1).nonzero().flatten(), row.any(0).nonzero().flatten()
        result.append([xs[0], ys[0], xs[-1], ys[-1]] if len(xs) else [0, 0, width - 1, height - 1])
    box = torch.tensor(result, dtype=torch.float32)
    sides = (box[:, 2:] - box[:, :2]).repeat(1, 2) + 4
    return (box + (2 * torch.rand_like(box) - 1) * jitter * sides).clamp(0, max(height, width) - 1)
