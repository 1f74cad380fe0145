"""Trains the small SAM on drawn pictures, prompted as the cascade prompts it; see README.md."""

import argparse
import pathlib
import random
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

import heat_points
import prompts
import weight_files
from bpe import Tokenizer
from clip_model import SmallCLIP
from clip_model import prepared as prepared_for_clip
from ensemble import text_vectors
from generator import Drawing, Generator, Shares
from photographs import Photographs
from sam_model import CONFIG, SmallSAM, prepared
from training import CALIBRATION_SEED, Run, parser, prepare

PICTURES = 8  # in a batch
FITTING_PICTURES = 16
PROMPTS = 4  # of each picture; a decoder is cheap beside the encoder
# Share of batches whose points come from the small CLIP's map, as the cascade's do; the others have points in the defect.
MAP_SHARE = 0.65
# Side of the pictures that the map is made of, one by lot a batch.
MAP_SIDES = [256, 320, 320, 448]
# How often pictures are drawn at half the frame and enlarged, where the frame is larger than LARGEST_SMALL.
SMALL_SHARE, LARGEST_SMALL = 0.6, 256
OBJECT_NAMES = ["surface", "metal plate", "leather", "magnetic tile", "wood", "fabric"]


def fine(target: torch.Tensor, side: int) -> torch.Tensor:
    """Targets [b, h, w] at half the frame's side, [b, 1, side / 2, side / 2]: masks are judged there, at twice their own."""
    target = F.pad(target, (0, side - target.shape[2], 0, side - target.shape[1]))
    return (F.avg_pool2d(target[:, None], 2) > 0.45).float()


@dataclass(frozen=True)
class LossWeights:
    """What the parts of one stage's loss are multiplied by before they are added."""

    # Cross-entropy of the mask's pixels, in which a small mask counts more than its size.
    entropy: float = 2.0
    # Soft Dice loss of the mask.
    dice: float = 2.0
    # Squared error of the predicted IoU.
    quality: float = 1.0
    # What each stage counts: the last one is the answer.
    stages: tuple[float, float, float] = (0.6, 1.0, 1.4)


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
    """IoU of each mask of logits [b, k, h, w] with truth [b, 1, h, w]: [b, k]; 0 where both are empty."""
    found, truth = logits > 0, truth > 0.5
    return (found & truth).sum((2, 3)) / (found | truth).sum((2, 3)).clamp(min=1)


def stage_loss(logits: torch.Tensor, quality: torch.Tensor, truth: torch.Tensor, several: bool,
               weights: LossWeights) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of one stage, and the first mask's IoU [b].

    Masks learn where there is something under the points. Where there is nothing, only the predicted IoU learns, towards 0: so
    SAM says that it doubts an alarm, and still draws what was asked for. The first mask always learns; of the other three only
    the best one, where `several` masks are asked for.
    """
    logits = F.interpolate(logits if several else logits[:, :1], scale_factor=2, mode="bilinear", align_corners=False)
    there = truth.flatten(1).amax(1)
    loss = mask_loss(logits, truth, weights) * there[:, None]
    total = loss[:, 0].sum() + (loss[:, 1:].amin(1).sum() if several else 0.0)
    met = overlap(logits.detach(), truth)
    return total / there.sum().clamp(min=1) + weights.quality * (quality[:, : met.shape[1]] - met).square().mean(), met[:, 0]


class MapPrompts:
    """Points from the small CLIP's map of the same picture, and the mask that they ask for: the defects that the group of
    points lies on. A group that lies on none asks for an empty one: there SAM learns that it should not be trusted."""

    def __init__(self, clip: SmallCLIP, merges: pathlib.Path, device: str):
        tokenizer = Tokenizer.read(merges)
        pairs = [text_vectors(clip, tokenizer, name) for name in OBJECT_NAMES]
        self.states = [torch.stack(vectors).mean(0).to(device) for vectors in zip(*pairs)]
        self.clip = clip.to(device)

    @torch.no_grad()
    def heat(self, pictures: torch.Tensor, side: int) -> torch.Tensor:
        """The map [b, RASTER, RASTER] of pictures [b, 3, h, w], 0...1 in each."""
        square = F.interpolate(pictures, size=(side, side), mode="bicubic", antialias=True).clamp(0, 1)
        tokens = self.clip.visual(prepared_for_clip(square, self.clip.config))
        cells = side // self.clip.config["patch"]
        grid = self.clip.abnormality(tokens[:, 1:], *self.states).sigmoid().view(-1, cells, cells)
        return heat_points.normalised(grid.float())

    def __call__(self, lot: random.Random, drawing: Drawing) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Points [PROMPTS b, n, 2] in the picture's pixels, labels [PROMPTS b, n] and targets [PROMPTS b, h, w]."""
        height, width = drawing.pictures.shape[-2:]
        heat = self.heat(drawing.pictures, lot.choice(MAP_SIDES))
        found = []
        for number in range(PROMPTS):
            group, region = heat_points.groups(heat, strongest=number == 0)
            points, labels = heat_points.points(heat, group, region)
            points = points * points.new_tensor([width, height])
            found.append((points, labels, heat_points.touched(drawing.defect, group)))
        return tuple(torch.cat(parts) for parts in zip(*found))


def point_prompts(lot: random.Random, drawing: Drawing) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The same with points in the defect itself, or in the surface where there is none: then the mask is empty."""
    target = drawing.defect.repeat(PROMPTS, 1, 1)
    return *prompts.points(lot, target), target


def blurred_guess(logits: torch.Tensor, lot: random.Random) -> torch.Tensor:
    """The logits [b, 1, h, w] that a next stage is given: now and then spoilt by clouds, so that it learns to mend them."""
    if lot.random() < 0.7:
        return logits
    cells = lot.choice([4, 8, 16])
    cloud = torch.randn(len(logits), 1, cells, cells, device=logits.device)
    cloud = F.interpolate(cloud, size=logits.shape[2:], mode="bicubic", align_corners=False)
    return logits + lot.uniform(1, 5) * cloud


def losses(model: SmallSAM, lot: random.Random, drawing: Drawing, maps: MapPrompts | None,
           weights: LossWeights = LossWeights()) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss and mean IoU of the cascade's three stages: points; points and own logits; points, own logits and a box."""
    side = model.config["image_size"]
    features = model.image_encoder(prepared(drawing.pictures, model.config)).repeat(PROMPTS, 1, 1, 1)
    points, labels, target = maps(lot, drawing) if maps and lot.random() < MAP_SHARE else point_prompts(lot, drawing)
    truth = fine(target, side)
    several = lot.random() < 0.1
    total, met, box, previous = 0.0, {}, None, None
    for stage, name in enumerate(("first", "second", "third")):
        if stage == 2:
            guess = F.interpolate(previous, scale_factor=4)[:, 0] > 0
            box = prompts.boxes(guess.float(), 0.02) if lot.random() < 0.7 else prompts.boxes(target, 0.15)
        logits, quality = model.decode(features, points, labels, box, previous)
        loss, found = stage_loss(logits, quality, truth, several, weights)
        total = total + weights.stages[stage] * loss
        there = truth.flatten(1).any(1)
        met[name] = (found * there).sum() / there.sum().clamp(min=1)
        if stage == 2:
            for kind, rows in (("trust", there), ("trust-nothing", ~there)):
                met[kind] = (quality[:, 0].detach() * rows).sum() / rows.sum().clamp(min=1)
        previous = blurred_guess(logits[:, :1].detach(), lot)
    return total, met


def picture_size(lot: random.Random, side: int) -> tuple[int, int]:
    """Height and width: as often square as not, and the longer side always the model's."""
    short = lot.randint(side // 16, side // 8) * 8
    return lot.choice([(side, side), (side, side), (side, short), (short, side)])


def enlarged(drawing: Drawing, height: int, width: int) -> Drawing:
    """A drawing at another size: small pictures are enlarged to the model's frame, so it has to know such as well."""
    def sized(field: torch.Tensor) -> torch.Tensor:
        return F.interpolate(field, size=(height, width), mode="bilinear", align_corners=False)

    defect, cover = ((sized(field[:, None])[:, 0] > 0.5).float() for field in (drawing.defect, drawing.cover))
    return replace(drawing, pictures=sized(drawing.pictures), defect=defect, cover=cover)


def step(run: Run, count: int, group: int, maps: MapPrompts | None) -> None:
    """Draws a batch and learns from it."""
    height, width = picture_size(run.lot, run.model.config["image_size"])
    small = SMALL_SHARE if max(height, width) > LARGEST_SMALL else 0.0
    if run.lot.random() < small:
        drawing = enlarged(run.pictures.batch(count, height // 2, width // 2, group), height, width)
    else:
        drawing = run.pictures.batch(count, height, width, group)
    with run.autocast():
        loss, met = losses(run.model, run.lot, drawing, maps)
    run.learn(loss)
    run.finish_step(count, {name: value.item() for name, value in met.items()} | {"loss": loss.item()})


def fitting_pictures(options: argparse.Namespace, side: int) -> torch.Tensor:
    """Pictures [n, 3, side, side] that another encoder is fitted on."""
    photographs = Photographs(options.pool) if options.pool else None
    shares = Shares(photographs=options.photographs, objects=options.objects)
    generator = Generator(CALIBRATION_SEED, shares, 3, photographs)
    return generator.batch(FITTING_PICTURES, side, side).pictures


def main() -> None:
    arguments = parser(__doc__, "Tools/training/runs/sam.pt", seed=2)
    arguments.add_argument("--side", type=int, help="of the model's frame; the configuration's own without it")
    arguments.add_argument("--clip", type=pathlib.Path, help="exported small CLIP, whose map most points then come from")
    arguments.add_argument("--encoder", action="store_true",
                           help="start with that CLIP's image tower as the encoder, and with the rest of --start")
    arguments.add_argument("--merges", type=pathlib.Path, default="Weights/small/merges.txt")
    options = arguments.parse_args()
    prepare(options)
    if options.start:
        model = weight_files.sam(options.start, options.side)
    else:
        model = SmallSAM(CONFIG | ({"image_size": options.side} if options.side else {}))
    if options.encoder:
        model = weight_files.sam_from_clip(options.clip, model, fitting_pictures(options, model.config["image_size"]))
    model = model.to(memory_format=torch.channels_last)
    maps = MapPrompts(weight_files.clip(options.clip), options.merges, options.device) if options.clip else None
    run = Run(model, options, peak=8e-4, shares=Shares(normal=0.15), most=2)
    run.fill_trunk(model.image_encoder.patch_embed.trunk, lambda pictures: prepared(pictures, model.config))
    run.repeat(lambda run: step(run, options.batch or PICTURES, options.group, maps))


if __name__ == "__main__":
    main()
