"""Trains the small SAM on drawn pictures, prompted as the cascade prompts it; see README.md."""

import pathlib
import random
import time

import torch
import torch.nn.functional as F

import prompts
from generator import Drawing, Generator
from sam_model import CONFIG, SmallSAM, prepared
from training import Run, arguments

PICTURES, PROMPTS, SIDE = 8, 3, CONFIG["image_size"]


def targets(lot: random.Random, drawing: Drawing) -> torch.Tensor:
    """One region a picture, [b, h, w]: the defect, or now and then the object against its background."""
    share = drawing.cover.mean((1, 2), keepdim=True)
    whole = (share > 0.05) & (share < 0.95) & (torch.rand(len(share), 1, 1) < 0.2)
    return torch.where(whole, drawing.cover, drawing.defect)


def mask_loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy in which a small mask counts more than its size, and Dice: masks [b, k, h, w], truth [b, 1, h, w].

    SAM's own mix, focal and Dice 20 : 1, sends a young decoder to empty masks, where Dice has no slope: defects are small.
    Weighing a mask as much as all that surrounds it ends in masks that are too fat; the square root lies between.
    """
    share_true = truth.mean((2, 3), keepdim=True).clamp(1e-3, 0.5)
    weight = 1 + truth * ((0.5 / share_true).sqrt() - 1)
    truth = truth.expand_as(logits)
    plain = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    entropy = (plain * weight).mean((2, 3))
    share = logits.sigmoid()
    overlap = 1 - (2 * (share * truth).sum((2, 3)) + 1) / (share.sum((2, 3)) + truth.sum((2, 3)) + 1)
    return 2 * entropy + 2 * overlap


def overlap(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """IoU of each mask of logits [b, k, h, w] with truth [b, 1, h, w]: [b, k]."""
    found, truth = logits > 0, truth > 0.5
    return (found & truth).sum((2, 3)) / (found | truth).sum((2, 3)).clamp(min=1)


def stage(logits: torch.Tensor, quality: torch.Tensor, truth: torch.Tensor, several: bool) -> tuple[torch.Tensor, float]:
    """Loss of one stage and token 0's mean IoU.

    Token 0 always learns; of the others the best one, where `several` masks are asked for.
    """
    loss = mask_loss(logits if several else logits[:, :1], truth)
    total = loss[:, 0].mean() + (loss[:, 1:].amin(1).mean() if several else 0.0)
    met = overlap(logits.detach(), truth)
    return total + (quality - met).square().mean(), met[:, 0].mean().item()


def losses(model: SmallSAM, lot: random.Random, drawing: Drawing) -> tuple[torch.Tensor, dict[str, float]]:
    """The cascade's three stages: points; points and own logits; points, own logits and a box."""
    target = targets(lot, drawing)
    kept = target.sum((1, 2)) > 8
    if not kept.any():
        return torch.zeros((), requires_grad=True), {}
    target, pictures = target[kept], drawing.pictures[kept]
    features = model.image_encoder(prepared(pictures).contiguous(memory_format=torch.channels_last))
    features = features.repeat(PROMPTS, 1, 1, 1)
    target = F.pad(target, (0, SIDE - target.shape[2], 0, SIDE - target.shape[1])).repeat(PROMPTS, 1, 1)
    truth = (F.avg_pool2d(target[:, None], 4) > 0.3).float()
    places, labels = prompts.points(lot, target)
    logits, quality = model.decode(features, places, labels)
    first, met_first = stage(logits, quality, truth, several=True)
    if lot.random() < 0.5:  # the first stage is the hardest, and half the pictures stop there
        return first, {"first": met_first}
    previous = logits[:, :1].detach()
    logits, quality = model.decode(features, places, labels, logits=previous)
    second, met_second = stage(logits, quality, truth, several=lot.random() < 0.3)
    previous = logits[:, :1].detach()
    guess = F.interpolate(previous, scale_factor=4)[:, 0] > 0
    box = prompts.boxes(guess.float(), 0.02) if lot.random() < 0.4 else prompts.boxes(target, 0.1)
    logits, quality = model.decode(features, places, labels, box, previous)
    third, met_third = stage(logits, quality, truth, several=False)
    return first + second + third, {"first": met_first, "second": met_second, "third": met_third}


def main() -> None:
    options = arguments(__doc__, "Tools/training/runs/sam.pt")
    torch.manual_seed(2)
    model = SmallSAM()
    if options.stem and not pathlib.Path(options.state).exists():
        # The small CLIP's first convolutions have learnt what edges, streaks and spots are.
        learnt = torch.load(options.stem, weights_only=False)["model"]
        for name, value in model.image_encoder.patch_embed.stem.state_dict().items():
            known = learnt[f"visual.stem.{name}"]
            if known.shape == value.shape:
                value.copy_(known)
    run = Run(model, options, 8e-4)
    generator, lot = Generator(int(time.time()) + 1, metal=0.6, normal=0.0, most=1), random.Random(run.step)
    model.train()
    while run.progress < 1:
        height, width = lot.choice([(SIDE, SIDE), (SIDE, SIDE), (SIDE, lot.randint(130, SIDE)), (lot.randint(130, SIDE), SIDE)])
        generator.boost = max(1.0, 2.0 - 1.5 * run.progress)
        drawing = generator.batch(PICTURES, height, width)
        with torch.autocast("cpu", torch.bfloat16):
            loss, met = losses(model, lot, drawing)
        run.advance(loss, PICTURES, met | {"loss": loss.item()})


if __name__ == "__main__":
    main()
