"""Measures the small SAM's masks, mean IoU by stage of the cascade.

With --drawn: on pictures drawn from another seed, with photographs that training never saw. With --real FOLDER: on pictures with
masks, whose folders are `Imgs` with both (magnetic tiles), `images` and `masks`, or `image` and `groundTruth`. Real pictures are
asked twice: with one point in the middle of each true region, the one farthest from its border (SAM alone), and with the points
that PPG's rule takes from the small CLIP's map; these count where they lie on a defect, against the defects they lie on. The one
point is also answered with three masks, as `vitrine mask` does: the IoU of the one with the highest predicted IoU, and of the best.
"""

import argparse
import collections
import pathlib
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

import heat_points
import prompts
import weight_files
from generator import Generator, Shares
from photographs import Photographs
from sam_model import SmallSAM, prepared
from train_sam import MapPrompts, overlap

PICTURE_SEED = 990_001  # no training draws its pictures from it
SMALLEST_REGION = 20  # pixels; smaller ones are specks of the mask
MASK_FOLDERS = {"Imgs": "Imgs", "images": "masks", "image": "groundTruth"}


def overlaps(model: SmallSAM, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """IoU [b, k] of masks, logits [b, k, 4 grid, 4 grid], with targets [b, h, w] at the targets' size."""
    side, (height, width) = model.config["image_size"], target.shape[-2:]
    whole = F.interpolate(logits, size=(side, side), mode="bilinear", align_corners=False)[..., :height, :width]
    return overlap(whole, target[:, None])


@torch.no_grad()
def stages(model: SmallSAM, features: torch.Tensor, points: torch.Tensor, labels: torch.Tensor,
           target: torch.Tensor) -> torch.Tensor:
    """IoU [b, 3] of the three stages at the targets' size; an empty mask ends the cascade and stands for what follows."""
    met, box, previous = [], None, None
    for stage in range(3):
        if stage == 2:
            guess = F.interpolate(previous, scale_factor=4)[:, 0] > 0
            box = prompts.boxes(guess.float(), 0)
        logits, _ = model.decode(features, points, labels, box, previous)
        if previous is not None:
            alive = (previous > 0).flatten(1).any(1).view(-1, 1, 1, 1)
            logits = torch.where(alive, logits[:, :1], previous)
        previous = logits[:, :1]
        met.append(overlaps(model, previous, target)[:, 0])
    return torch.stack(met, 1)


@torch.no_grad()
def of_three(model: SmallSAM, features: torch.Tensor, points: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """IoU [b, 2] at the targets' size of the most trusted of SAM's three masks for one point, and of the best one."""
    logits, quality = model.decode(features, points, torch.ones_like(points[..., 0]))
    met = overlaps(model, logits[:, 1:], target)
    return torch.cat([met.gather(1, quality[:, 1:].argmax(1, keepdim=True)), met.amax(1, keepdim=True)], 1)


def pairs(folder: pathlib.Path) -> list[tuple[pathlib.Path, pathlib.Path]]:
    """Pictures and their masks."""
    found = []
    for pictures, masks in MASK_FOLDERS.items():
        for path in sorted(folder.glob(f"**/{pictures}/*")):
            mask = next((path.parent.parent / masks / (path.stem + end) for end in (".png", ".jpg", ".bmp")
                         if (path.parent.parent / masks / (path.stem + end)).exists()), None)
            if mask and mask != path:
                found.append((path, mask))
    return found


def read(path: pathlib.Path, mask: pathlib.Path, side: int) -> tuple[torch.Tensor, np.ndarray]:
    """The picture [1, 3, h, w] with its longer side at `side`, and its truth [h, w]."""
    picture = Image.open(path).convert("RGB")
    scale = side / max(picture.size)
    size = tuple(max(1, round(length * scale)) for length in picture.size)
    pixels = torch.from_numpy(np.array(picture.resize(size, Image.BILINEAR))).permute(2, 0, 1)[None] / 255
    values = np.array(Image.open(mask).convert("L"))
    marked = values > (127 if values.max() > 1 else 0)
    truth = np.array(Image.fromarray(255 * marked.astype(np.uint8)).resize(size, Image.BILINEAR)) > 100
    return pixels, truth


def middle(region: np.ndarray) -> tuple[int, int]:
    """The pixel (x, y) of a region that is farthest from its border."""
    depth = ndimage.distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1]
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return int(x), int(y)


def on_real(model: SmallSAM, maps: MapPrompts, folder: pathlib.Path, every: int) -> str:
    alone, three, cascade, missed = [], [], [], 0
    for path, mask in pairs(folder)[::every]:
        pixels, truth = read(path, mask, model.config["image_size"])
        labels, count = ndimage.label(truth, np.ones((3, 3)))
        if not count:
            continue
        features = model.encode(prepared(pixels, model.config))
        for number in range(1, count + 1):
            region = labels == number
            if region.sum() >= SMALLEST_REGION:
                point = torch.tensor([[middle(region)]]).float() + 0.5
                target = torch.from_numpy(region)[None].float()
                alone.append(stages(model, features, point, torch.ones(1, 1), target)[0])
                three.append(of_three(model, features, point, target)[0])
        heat = maps.heat(pixels, 256)
        group, extreme = heat_points.groups(heat, strongest=True)
        points, signs = heat_points.points(heat, group, extreme)
        points = points * torch.tensor([pixels.shape[3], pixels.shape[2]])
        kept = signs[0] >= 0
        target = heat_points.touched(torch.from_numpy(truth)[None].float(), group)
        if target.any():
            cascade.append(stages(model, features, points[:, kept], signs[:, kept], target)[0])
        else:
            missed += 1
    rows = [" / ".join(f"{value:.3f}" for value in torch.stack(found).mean(0)) if found else "-" for found in (alone, three, cascade)]
    return f"| {folder.name} | {len(alone)} | {rows[0]} | {rows[1]} | {len(cascade)} | {missed} | {rows[2]} |"


def on_drawn(model: SmallSAM, count: int, pool: pathlib.Path | None) -> list[str]:
    photographs = Photographs(pool, held_out=True) if pool else None
    generator = Generator(PICTURE_SEED, Shares(normal=0.0, photographs=0.4, objects=0.04), 1, photographs)
    lot, side = random.Random(3), model.config["image_size"]
    met = collections.defaultdict(list)
    for _ in range(count // 8):
        drawing = generator.batch(8, side, side)
        kept = [index for index, kind in enumerate(drawing.kinds) if kind and drawing.defect[index].sum() > 30]
        if kept:
            target = drawing.defect[kept]
            features = model.encode(prepared(drawing.pictures[kept], model.config))
            for index, row in zip(kept, stages(model, features, *prompts.points(lot, target), target)):
                met[drawing.kinds[index]].append(row)
    rows = sorted(met.items()) + [("all", [row for rows in met.values() for row in rows])]
    return [f"| {kind} | {len(found)} | " + " | ".join(f"{value:.2f}" for value in torch.stack(found).mean(0).tolist()) + " |"
            for kind, found in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sam", type=pathlib.Path, default="Weights/small/sam.safetensors")
    parser.add_argument("--clip", type=pathlib.Path, default="Weights/small/clip.safetensors")
    parser.add_argument("--merges", type=pathlib.Path, default="Weights/small/merges.txt")
    parser.add_argument("--drawn", type=int, default=0, help="number of drawn pictures")
    parser.add_argument("--pool", type=pathlib.Path, help="photographs for them")
    parser.add_argument("--real", type=pathlib.Path, nargs="*", default=[])
    parser.add_argument("--every", type=int, default=1, help="take each n-th real picture only")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    model = weight_files.sam(options.sam)
    if options.drawn:
        print("| drawn defect | pictures | points | + own mask | + box |\n|---|---|---|---|---|")
        print(*on_drawn(model, options.drawn, options.pool), sep="\n", flush=True)
    if options.real:
        maps = MapPrompts(weight_files.clip(options.clip), options.merges, "cpu")
        print("| real pictures | regions | one middle point, by stage | of three masks: trusted, best | PPG's points on a defect "
              "| beside all | by stage |")
        print("|---|---|---|---|---|---|---|")
        for folder in options.real:
            print(on_real(model, maps, folder, options.every), flush=True)


if __name__ == "__main__":
    main()
