"""Prompts for the small SAM's training: points in a target, around it and elsewhere, and jittered boxes."""

import random

import torch
import torch.nn.functional as F

MOST_DEPTH = 24  # steps of four pixels that count in how deep inside of a mask a point is


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


def middles(mask: torch.Tensor) -> torch.Tensor:
    """A point (x, y) deep inside of each mask [b, h, w], [b, 1, 2]: by lot one of those that are far from the border."""
    inside = (F.avg_pool2d(mask[:, None], 4, ceil_mode=True) > 0.99).float()
    depth = inside
    for _ in range(MOST_DEPTH):
        inside = -F.max_pool2d(-inside, 3, 1, 1)
        depth = depth + inside
    depth = mask * (1 + F.interpolate(depth, size=mask.shape[1:])[:, 0])
    return sampled(mask * (depth == depth.amax((1, 2), keepdim=True)), 1)


def points(lot: random.Random, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """1...5 positives and 0...5 negatives for targets [b, h, w]: coordinates [b, n, 2] and labels [b, n].

    The anomaly map is coarse, so now and then the positives miss the target by a few pixels.
    """
    positives = sampled(target, lot.randint(1, 5))
    if lot.random() < 0.3:
        positives = positives + lot.uniform(0.5, 3) * torch.randn_like(positives)
    count = lot.randint(0, 5)
    if count == 0:
        return positives, torch.ones_like(positives[..., 0])
    reach = lot.choice([6, 10, 16, 24])
    outside = 1 - grown(target, 3)
    where = grown(target, reach) * outside if lot.random() < 0.75 else outside
    negatives = sampled(where, count)
    labels = torch.cat([torch.ones_like(positives[..., 0]), torch.zeros_like(negatives[..., 0])], 1)
    return torch.cat([positives, negatives], 1), labels


def boxes(mask: torch.Tensor, jitter: float) -> torch.Tensor:
    """Tight boxes [b, 4] of masks [b, h, w], each side moved by up to `jitter` of the box; the whole where empty."""
    height, width = mask.shape[-2:]
    found = mask > 0.5
    rows, columns = found.any(2).float(), found.any(1).float()
    empty = ~found.flatten(1).any(1)
    first_y, last_y = rows.argmax(1), height - 1 - rows.flip(1).argmax(1)
    first_x, last_x = columns.argmax(1), width - 1 - columns.flip(1).argmax(1)
    box = torch.stack([first_x, first_y, last_x, last_y], 1).float()
    box = torch.where(empty[:, None], torch.tensor([0.0, 0.0, width - 1.0, height - 1.0], device=mask.device), box)
    sides = (box[:, 2:] - box[:, :2]).repeat(1, 2) + 4
    return (box + (2 * torch.rand_like(box) - 1) * jitter * sides).clamp(0, max(height, width) - 1)
