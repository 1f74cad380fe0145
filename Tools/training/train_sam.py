"""Trains the small SAM on drawn pictures, prompted as the cascade prompts it; see README.md."""

import pathlib
import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F

import prompts
from generator import Drawing
from sam_model import CONFIG, SmallSAM, prepared
from training import Run, parser, prepare

PICTURES = 8  # in a batch
PROMPTS = 3  # of each picture
SIDE = CONFIG["image_size"]
SHORTEST_SIDE = 130
# The low-resolution masks have a quarter of the side; such a pixel is true where this share of its sixteen pixels is.
TRUE_SHARE = 0.3


def targets(drawing: Drawing) -> torch.Tensor:
    """One region a picture, [b, h, w]: the defect, or now and then the object against its background."""
    share = drawing.cover.mean((1, 2), keepdim=True)
    whole = (share > 0.05) & (share < 0.95) & (torch.rand(len(share), 1, 1) < 0.2)
    return torch.where(whole, drawing.cover, drawing.defect)


def low_resolution(target: torch.Tensor) -> torch.Tensor:
    """Targets [b, h, w] as the decoder's masks should be, [b, 1, h / 4, w / 4]."""
    return (F.avg_pool2d(target[:, None], 4) > TRUE_SHARE).float()


@dataclass(frozen=True)
class LossWeights:
    """What the parts of one stage's loss are multiplied by before they are added. All stages count the same."""

    # Cross-entropy of the mask's pixels, in which a small mask counts more than its size.
    entropy: float = 2.0
    # Soft Dice loss of the mask.
    dice: float = 2.0
    # Squared error of the predicted IoU.
    quality: float = 1.0


def mask_loss(logits: torch.Tensor, truth: torch.Tensor, weights: LossWeights) -> torch.Tensor:
    """Weighted cross-entropy and Dice of masks [b, k, h, w] against truth [b, 1, h, w]: [b, k].

    SAM's own mix, focal and Dice 20 : 1, sends a young decoder to empty masks, where Dice has no slope: defects are small.
    Weighing a mask as much as all that surrounds it ends in masks that are too fat; the square root lies between.
    """
    share_true = truth.mean((2, 3), keepdim=True).clamp(1e-3, 0.5)
    pixel_weight = 1 + truth * ((0.5 / share_true).sqrt() - 1)
    truth = truth.expand_as(logits)
    plain = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    entropy = (plain * pixel_weight).mean((2, 3))
    share = logits.sigmoid()
    dice = 1 - (2 * (share * truth).sum((2, 3)) + 1) / (share.sum((2, 3)) + truth.sum((2, 3)) + 1)
    return weights.entropy * entropy + weights.dice * dice


def overlap(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """IoU of each mask of logits [b, k, h, w] with truth [b, 1, h, w]: [b, k]."""
    found, truth = logits > 0, truth > 0.5
    return (found & truth).sum((2, 3)) / (found | truth).sum((2, 3)).clamp(min=1)


def stage_loss(logits: torch.Tensor, quality: torch.Tensor, truth: torch.Tensor, several: bool,
               weights: LossWeights) -> tuple[torch.Tensor, float]:
    """Loss of one stage, and the mean IoU of the first mask.

    The first mask always learns; of the other three only the best one, where `several` masks are asked for.
    """
    loss = mask_loss(logits if several else logits[:, :1], truth, weights)
    total = loss[:, 0].mean() + (loss[:, 1:].amin(1).mean() if several else 0.0)
    met = overlap(logits.detach(), truth)
    return total + weights.quality * (quality - met).square().mean(), met[:, 0].mean().item()


def losses(model: SmallSAM, lot: random.Random, drawing: Drawing,
           weights: LossWeights = LossWeights()) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss and mean IoU of the cascade's three stages: points; points and own logits; points, own logits and a box."""
    target = targets(drawing)
    kept = target.sum((1, 2)) > 8
    if not kept.any():
        return torch.zeros((), requires_grad=True), {}
    pictures = prepared(drawing.pictures[kept]).contiguous(memory_format=torch.channels_last)
    features = model.image_encoder(pictures).repeat(PROMPTS, 1, 1, 1)
    target = target[kept]
    target = F.pad(target, (0, SIDE - target.shape[2], 0, SIDE - target.shape[1])).repeat(PROMPTS, 1, 1)
    truth = low_resolution(target)
    points, labels = prompts.points(lot, target)

    logits, quality = model.decode(features, points, labels)
    first, first_met = stage_loss(logits, quality, truth, True, weights)
    if lot.random() < 0.5:  # the first stage is the hardest, and half the pictures stop there
        return first, {"first": first_met}

    previous = logits[:, :1].detach()
    logits, quality = model.decode(features, points, labels, logits=previous)
    second, second_met = stage_loss(logits, quality, truth, lot.random() < 0.3, weights)

    previous = logits[:, :1].detach()
    guess = F.interpolate(previous, scale_factor=4)[:, 0] > 0
    box = prompts.boxes(guess.float(), 0.02) if lot.random() < 0.4 else prompts.boxes(target, 0.1)
    logits, quality = model.decode(features, points, labels, box, previous)
    third, third_met = stage_loss(logits, quality, truth, False, weights)
    return first + second + third, {"first": first_met, "second": second_met, "third": third_met}


def picture_size(lot: random.Random) -> tuple[int, int]:
    """Height and width: as often square as not, and the longer side always the model's."""
    shapes = [(SIDE, SIDE), (SIDE, SIDE), (SIDE, lot.randint(SHORTEST_SIDE, SIDE)), (lot.randint(SHORTEST_SIDE, SIDE), SIDE)]
    return lot.choice(shapes)


def take_stem(model: SmallSAM, state: pathlib.Path) -> None:
    """Starts from the small CLIP's first convolutions, which have learnt what edges, streaks and spots are."""
    learnt = torch.load(state, weights_only=False)["model"]
    for name, value in model.image_encoder.patch_embed.stem.state_dict().items():
        known = learnt[f"visual.stem.{name}"]
        if known.shape == value.shape:
            value.copy_(known)


def step(run: Run) -> None:
    """Draws a batch and learns from it. Defects stand out more than they should at first."""
    height, width = picture_size(run.lot)
    run.pictures.boost = max(1.0, 2.0 - 1.5 * run.progress)
    drawing = run.pictures.batch(PICTURES, height, width)
    with torch.autocast("cpu", torch.bfloat16):
        loss, met = losses(run.model, run.lot, drawing)
    run.learn(loss)
    run.finish_step(PICTURES, met | {"loss": loss.item()})


def main() -> None:
    arguments = parser(__doc__, "Tools/training/runs/sam.pt", steps=1800, seed=2)
    arguments.add_argument("--stem", type=pathlib.Path, help="a CLIP state whose stem a new SAM starts from")
    options = arguments.parse_args()
    prepare(options)
    model = SmallSAM()
    if options.stem and not options.state.exists():
        take_stem(model, options.stem)
    Run(model, options, peak=8e-4, metal=0.6, normal=0.0, most=1).repeat(step)


if __name__ == "__main__":
    main()
