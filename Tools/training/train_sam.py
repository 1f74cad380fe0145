"""Teaches MobileSAM's decoder what defects are, prompted as the cascade prompts it, on drawn pictures; see README.md.

The image encoder stays as it was published. In part of the batches points lie beside the defects, and the published decoder's
own mask is what is asked for: so a point on no defect still asks for the thing under it.
"""

import copy
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
from generator import Drawing, Shares
from sam_model import SmallSAM, prepared
from training import Run, parser, prepare

PICTURES = 2  # in a batch
PROMPTS = 4  # of each picture; a decoder is cheap beside the encoder
# Shares of batches whose points come from the small CLIP's map, as the cascade's do, and of those that ask for what the
# published decoder draws; in the others points lie in a defect, in a part of them a single one in its middle.
MAP_SHARE, KEPT_SHARE, MIDDLE_SHARE = 0.5, 0.12, 0.5
# Share of batches with a thin defect, which the published decoder does not see as a thing; `defects.WEIGHTS` decides in the others.
THIN_SHARE = 0.3
THIN = ["scratch", "crack", "crack net", "cut"]
# Side of the pictures that the map is made of, one by lot a batch.
MAP_SIDES = [256, 320, 320, 448]
# Pictures are drawn smaller and enlarged to the frame, as small pictures are: by these factors, as often as these weights say.
ENLARGED, ENLARGED_WEIGHTS = [1, 2, 3, 4], [1, 3, 2, 2]
OBJECT_NAMES = ["surface", "metal plate", "leather", "magnetic tile", "wood", "fabric"]


def fine(target: torch.Tensor, side: int) -> torch.Tensor:
    """Targets [b, h, w] at half the frame's side, [b, 1, side / 2, side / 2]: masks are judged there, at twice their own."""
    target = F.pad(target, (0, side - target.shape[2], 0, side - target.shape[1]))
    return (F.avg_pool2d(target[:, None], 2) > 0.45).float()


def under_points(target: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """The connected parts of targets [b, h, w] that each row's first point [b, n, 2] lies on or beside."""
    height, width = target.shape[1:]
    cells = (points[:, 0] * points.new_tensor([heat_points.RASTER / width, heat_points.RASTER / height])).long()
    x, y = cells.clamp(0, heat_points.RASTER - 1).unbind(1)
    seed = F.one_hot(y * heat_points.RASTER + x, heat_points.RASTER**2).float()
    return heat_points.touched(target, seed.view(-1, heat_points.RASTER, heat_points.RASTER))


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
    """The same with points in a part of the defect, or in the surface where there is none: then the mask is empty."""
    everything = drawing.defect.repeat(PROMPTS, 1, 1)
    target = under_points(everything, prompts.sampled(everything, 1))
    if lot.random() < MIDDLE_SHARE:
        middle = prompts.middles(target)
        return middle, torch.ones_like(middle[..., 0]), target
    return *prompts.points(lot, target), target


class Published:
    """The decoder before the training, and prompts that ask for what it draws: a point beside the defects, and now and then a
    second one near it."""

    def __init__(self, model: SmallSAM):
        self.model = copy.deepcopy(model).eval()

    @torch.no_grad()
    def __call__(self, lot: random.Random, drawing: Drawing, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        height, width = drawing.pictures.shape[-2:]
        count = PROMPTS * len(drawing.pictures)
        beside = (1 - prompts.grown(drawing.defect, 8)).repeat(PROMPTS, 1, 1)
        points = prompts.sampled(beside, 1)
        if lot.random() < 0.5:
            points = torch.cat([points, points + 0.02 * max(width, height) * torch.randn_like(points)], 1)
        labels = torch.ones_like(points[..., 0])
        logits, quality = self.model.decode(features, points, labels)
        best = quality[:, 1:].argmax(1) + 1 if points.shape[1] == 1 else torch.zeros(count, dtype=torch.long, device=points.device)
        chosen = logits[torch.arange(count, device=points.device), best][:, None]
        side = self.model.config["image_size"]
        target = F.interpolate(chosen, size=(side, side), mode="bilinear", align_corners=False)[:, 0, :height, :width] > 0
        return points, labels, target.float()


def blurred_guess(logits: torch.Tensor, lot: random.Random) -> torch.Tensor:
    """The logits [b, 1, h, w] that a next stage is given: now and then spoilt by clouds, so that it learns to mend them."""
    if lot.random() < 0.7:
        return logits
    cells = lot.choice([4, 8, 16])
    cloud = torch.randn(len(logits), 1, cells, cells, device=logits.device)
    cloud = F.interpolate(cloud, size=logits.shape[2:], mode="bicubic", align_corners=False)
    return logits + lot.uniform(1, 5) * cloud


def losses(model: SmallSAM, lot: random.Random, drawing: Drawing, maps: MapPrompts | None, published: Published | None,
           weights: LossWeights = LossWeights()) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss and mean IoU of the cascade's three stages: points; points and own logits; points, own logits and a box."""
    side = model.config["image_size"]
    features = model.encode(prepared(drawing.pictures, model.config)).repeat(PROMPTS, 1, 1, 1)
    chance = lot.random()
    if maps and chance < MAP_SHARE:
        points, labels, target = maps(lot, drawing)
    elif published and chance > 1 - KEPT_SHARE:
        points, labels, target = published(lot, drawing, features)
    else:
        points, labels, target = point_prompts(lot, drawing)
    truth = fine(target, side)
    several = lot.random() < 0.1
    total, met, box, previous = 0.0, {}, None, None
    for stage, name in enumerate(("first", "second", "third")):
        if stage == 2:
            guess = F.interpolate(previous, scale_factor=4)[:, 0] > 0
            box = prompts.boxes(guess.float(), 0.02) if lot.random() < 0.7 else prompts.boxes(target, 0.15)
        logits, quality = model.decode(features, points, labels, box, previous, masks=4 if several else 1)
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


def step(run: Run, count: int, group: int, maps: MapPrompts | None, published: Published | None) -> None:
    """Draws a batch and learns from it."""
    height, width = picture_size(run.lot, run.model.config["image_size"])
    factor = run.lot.choices(ENLARGED, ENLARGED_WEIGHTS)[0]
    kind = run.lot.choice(THIN) if run.lot.random() < THIN_SHARE else None
    drawing = run.pictures.batch(count, height // factor // 2 * 2, width // factor // 2 * 2, group, kind)
    if factor > 1:
        drawing = enlarged(drawing, height, width)
    with run.autocast():
        loss, met = losses(run.model, run.lot, drawing, maps, published)
    run.learn(loss)
    run.finish_step(count, {name: value.item() for name, value in met.items()} | {"loss": loss.item()})


def main() -> None:
    arguments = parser(__doc__, "Tools/training/runs/sam.pt", seed=2)
    arguments.add_argument("--clip", type=pathlib.Path, help="exported small CLIP, whose map most points then come from")
    arguments.add_argument("--kept", type=pathlib.Path, help="decoder whose masks part of the prompts ask for; the one of --start unless named")
    arguments.add_argument("--merges", type=pathlib.Path, default="Weights/small/merges.txt")
    options = arguments.parse_args()
    if not options.start:
        arguments.error(f"name the decoder to start from with --start: {weight_files.PUBLISHED_SAM_WHEEL} or an exported file")
    prepare(options)
    model = weight_files.sam(options.start)
    published = Published((weight_files.sam(options.kept) if options.kept else model).to(options.device))
    maps = MapPrompts(weight_files.clip(options.clip), options.merges, options.device) if options.clip else None
    run = Run(model.to(memory_format=torch.channels_last), options, peak=2e-4, shares=Shares(normal=0.15), most=3)
    run.repeat(lambda run: step(run, options.batch or PICTURES, options.group, maps, published))


if __name__ == "__main__":
    main()
