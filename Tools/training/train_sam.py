"""Trains the small SAM on drawn pictures, prompted as the cascade prompts it. Resumable: run it again with the same folder."""
import argparse
import math
import pathlib
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch.utils.data import DataLoader

from sam_model import SmallSAM
from train_clip import Drawn


def one_region(masks):
    """Of each mask one connected region, drawn at random by area. masks, result: [batch, side, side]."""
    out = torch.zeros_like(masks)
    for index, mask in enumerate(masks.numpy()):
        labels, count = ndimage.label(mask, np.ones((3, 3)))
        if count:
            inside = np.flatnonzero(labels)
            out[index] = torch.from_numpy((labels == labels.flat[random.choice(inside)]).astype(np.float32))
    return out


def sampled(weights, count):
    """[batch, count, 2] points (x, y) drawn where weights [batch, side, side] are positive, and which rows have any."""
    side = weights.shape[-1]
    flat = weights.flatten(1)
    any_there = flat.sum(1) > 0
    index = torch.multinomial(flat + (~any_there[:, None]).float(), count, replacement=True)
    return torch.stack([index % side, index // side], -1).float(), any_there


def prompts(target):
    """Points and labels for a target mask [batch, side, side]: inside, in the ring around it, and elsewhere."""
    positives, negatives = random.randint(1, 4), random.randint(0, 5)
    inside, _ = sampled(target, positives)
    if random.random() < 0.4:
        inside = inside + torch.randn_like(inside) * 1.5
    points, labels = [inside], [torch.ones(inside.shape[:2])]
    if negatives:
        reach = random.choice([9, 13, 17, 25])
        grown = F.max_pool2d(target[:, None], reach, 1, reach // 2)[:, 0]
        safe = F.max_pool2d(target[:, None], 5, 1, 2)[:, 0]
        near = torch.rand(()) < 0.75
        ring, there = sampled((grown - safe).clamp(min=0) if near else 1 - grown, negatives)
        points.append(ring)
        labels.append(torch.where(there[:, None], 0.0, -1.0).expand(-1, negatives))
    return torch.cat(points, 1), torch.cat(labels, 1)


def tight_boxes(masks, jitter):
    """[batch, 4] boxes x0 y0 x1 y1 around masks [batch, side, side], each corner moved by up to `jitter` of the box's side."""
    side = masks.shape[-1]
    line = torch.arange(side).float()
    columns, rows = masks.amax(1) > 0, masks.amax(2) > 0
    empty = ~columns.any(1)
    low = lambda there: torch.where(there, line, float(side)).amin(1)
    high = lambda there: torch.where(there, line, -1.0).amax(1)
    boxes = torch.stack([low(columns), low(rows), high(columns), high(rows)], 1)
    boxes[empty] = torch.tensor([0.0, 0.0, side - 1.0, side - 1.0])
    size = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2) + 4
    return (boxes + (torch.rand_like(boxes) * 2 - 1) * jitter * size).clamp(0, side - 1)


def mask_loss(logits, target):
    """Focal and dice, 20 to 1, per picture. logits, target: [batch, low, low]."""
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p = logits.sigmoid()
    right = p * target + (1 - p) * (1 - target)
    focal = (entropy * (1 - right) ** 2 * (0.25 * target + 0.75 * (1 - target)) * 2).mean((1, 2))
    dice = 1 - (2 * (p * target).sum((1, 2)) + 1) / (p.sum((1, 2)) + target.sum((1, 2)) + 1)
    return 20 * focal + dice


def overlap(logits, target):
    """IoU of thresholded logits and target, [batch]."""
    a, b = logits > 0, target > 0.5
    return (a & b).sum((1, 2)) / (a | b).sum((1, 2)).clamp(min=1)


def stage_loss(logits, quality, target, several):
    """Token 0 always; of tokens 1...3 the best one, where one point leaves open what is meant."""
    loss = mask_loss(logits[:, 0], target)
    found = torch.stack([overlap(logits[:, i].detach(), target) for i in range(4)], 1)
    if several:
        loss = loss + torch.stack([mask_loss(logits[:, i], target) for i in (1, 2, 3)], 1).amin(1)
    return (loss + ((quality - found) ** 2).sum(1)).mean(), found[:, 0].mean()


def losses(model, pictures, masks):
    """The three stages of the cascade on one encoding. Returns the loss and the mean IoU of each stage."""
    target = one_region(masks)
    kept = target.sum((1, 2)) > 8
    pictures, target = pictures[kept], target[kept]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        embeddings = model.encode(pictures)
    embeddings = embeddings.float()
    small = F.avg_pool2d(target[:, None], 2)[:, 0]
    small = (small > 0.4).float()
    points, labels = prompts(target)
    logits, quality = model.decode(embeddings, points, labels)
    first, found_1 = stage_loss(logits, quality, small, several=True)
    previous = logits[:, :1].detach().float()
    logits, quality = model.decode(embeddings, points, labels, masks=previous)
    second, found_2 = stage_loss(logits, quality, small, several=False)
    previous = logits[:, :1].detach().float()
    if random.random() < 0.5:
        boxes = tight_boxes(F.interpolate((previous > 0).float(), scale_factor=2)[:, 0], 0.02)
    else:
        boxes = tight_boxes(target, 0.1)
    logits, quality = model.decode(embeddings, points, labels, boxes=boxes, masks=previous)
    third, found_3 = stage_loss(logits, quality, small, several=False)
    return first + second + third, torch.stack([found_1, found_2, found_3])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    model = SmallSAM()
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=0.05, betas=(0.9, 0.98))
    step, elapsed, mean = 0, 0.0, torch.zeros(4)
    saved = options.folder / "sam.pt"
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step, elapsed, mean = state["step"], state["elapsed"], state["mean"]
    drawn = Drawn(options.batch, [256], defective=1.0)
    loader = iter(DataLoader(drawn, batch_size=None, num_workers=1, prefetch_factor=2))
    budget, last, kept = options.minutes * 60, time.time(), time.time()
    while elapsed < budget:
        rate = options.rate * min(1, (step + 1) / 150) * (0.5 + 0.5 * math.cos(math.pi * min(1, elapsed / budget))) + 1e-6
        for group in optimiser.param_groups:
            group["lr"] = rate
        loss, found = losses(model, *next(loader)[:2])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        now_there = torch.cat([loss.detach()[None], found])
        step, mean = step + 1, now_there if step == 0 else 0.98 * mean + 0.02 * now_there
        now = time.time()
        elapsed, last = elapsed + now - last, now
        if step % 50 == 0:
            ious = " ".join(f"{v:.3f}" for v in mean[1:])
            print(f"{step} steps {elapsed:.0f} s loss {mean[0]:.4f} IoU by stage {ious}", flush=True)
        if now - kept > 120 or elapsed >= budget:
            state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "elapsed": elapsed,
                     "mean": mean, "configuration": model.configuration}
            torch.save(state, saved.with_suffix(".part"))
            saved.with_suffix(".part").replace(saved)
            kept = now


if __name__ == "__main__":
    main()
