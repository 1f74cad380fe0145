"""Surfaces and objects cut from photographs: the pool that `surfaces/gather.py` makes, on the processor or the accelerator."""

import io
import math
import pathlib
import zipfile

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from fields import Sheet

SIDE = 512  # of a stored surface; smaller photographs are mirrored to it
OBJECT_SIDE = 256
# Every tenth photograph is kept out of training, to measure on.
HELD_OUT = 10


def mirrored(picture: np.ndarray, side: int) -> np.ndarray:
    """[h, w, c] continued by its mirror image to [side, side, c]."""
    for axis in (0, 1):
        while picture.shape[axis] < side:
            picture = np.concatenate([picture, np.flip(picture, axis)], axis)
        picture = picture.take(range(side), axis)
    return picture


def centred(picture: np.ndarray, side: int) -> np.ndarray:
    """[h, w, 4] in the middle of a transparent square."""
    result = np.zeros((side, side, 4), np.uint8)
    top, left = (side - picture.shape[0]) // 2, (side - picture.shape[1]) // 2
    result[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return result


class Photographs:
    """surfaces: [n, 3, SIDE, SIDE]; halved: the same at half the side; objects: [m, 4, OBJECT_SIDE, OBJECT_SIDE]; all bytes."""

    def __init__(self, pool: pathlib.Path, device: torch.device | str = "cpu", held_out: bool = False,
                 only: int | None = None):
        """`only` takes one surface, by its number in the pool, and no object but the first."""
        surfaces, objects = [], []
        with zipfile.ZipFile(pool) as file:
            for kind, found, mode in (("surface", surfaces, "RGB"), ("object", objects, "RGBA")):
                names = sorted(name for name in file.namelist() if name.startswith(kind + "/"))
                for index, name in enumerate(names):
                    if (index % HELD_OUT == 0) == held_out if only is None else index == (only if kind == "surface" else 0):
                        picture = np.array(Image.open(io.BytesIO(file.read(name))).convert(mode))
                        found.append(mirrored(picture, SIDE) if mode == "RGB" else centred(picture, OBJECT_SIDE))
        self.surfaces, self.objects = (
            torch.from_numpy(np.stack(found)).permute(0, 3, 1, 2).contiguous().to(device) for found in (surfaces, objects))
        self.halved = torch.cat([F.avg_pool2d(part.float(), 2).round().to(torch.uint8) for part in self.surfaces.split(32)])

    def crops(self, sheet: Sheet) -> torch.Tensor:
        """A piece of a random surface a picture, [count, 3, h, w] in 0...1: any place, turned, at many scales."""
        span = math.exp(sheet.lot.uniform(math.log(0.22), math.log(0.95)))  # of the photograph, for the longer side
        shrunk = span * SIDE / sheet.longer
        source = self.halved if shrunk > 1.4 else self.surfaces
        index = (sheet.rand(sheet.count) * len(source)).long()
        angle = (sheet.rand(sheet.count) * 4).floor() * (math.pi / 2) + 0.06 * sheet.normal(sheet.count)
        spans = span * (0.85 + 0.3 * sheet.rand(sheet.count))
        free = (1 - spans).clamp(0)[:, None] * (2 * sheet.rand(sheet.count, 2) - 1)
        tall, wide = sheet.height / sheet.longer, sheet.width / sheet.longer
        turn = torch.stack([torch.stack([angle.cos() * spans * wide, -angle.sin() * spans * tall, free[:, 0]], -1),
                            torch.stack([angle.sin() * spans * wide, angle.cos() * spans * tall, free[:, 1]], -1)], 1)
        grid = F.affine_grid(turn, [sheet.count, 3, sheet.height, sheet.width], align_corners=False)
        return F.grid_sample(source[index].float() / 255, grid, padding_mode="reflection", align_corners=False)

    def cutouts(self, sheet: Sheet) -> tuple[torch.Tensor, torch.Tensor]:
        """A whole object a picture, [count, 3, h, w], and its coverage [count, h, w]."""
        index = (sheet.rand(sheet.count) * len(self.objects)).long()
        angle = 0.3 * sheet.normal(sheet.count) + (sheet.rand(sheet.count) * 4).floor() * (math.pi / 2)
        spans = 0.95 + 0.35 * sheet.rand(sheet.count)
        shift = 0.1 * (2 * sheet.rand(sheet.count, 2) - 1)
        turn = torch.stack([torch.stack([angle.cos() * spans, -angle.sin() * spans, shift[:, 0]], -1),
                            torch.stack([angle.sin() * spans, angle.cos() * spans, shift[:, 1]], -1)], 1)
        grid = F.affine_grid(turn, [sheet.count, 4, sheet.height, sheet.width], align_corners=False)
        taken = F.grid_sample(self.objects[index].float() / 255, grid, align_corners=False)
        return taken[:, :3], taken[:, 3]


def toned(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Photographs as an inspection camera would give them: mostly grey, of low contrast, dark or bright."""
    grey = sheet.chance(0.5)[..., None]
    pictures = torch.where(grey, pictures.mean(1, keepdim=True), pictures)
    middle = pictures.mean((1, 2, 3), keepdim=True)
    contrast = sheet.spread(0.3, 1.2)[..., None]
    level = torch.lerp(middle, sheet.uniform(0.18, 0.75)[..., None], sheet.uniform(0, 1)[..., None])
    deviation = pictures.std((1, 2, 3), keepdim=True) * contrast
    return level + (pictures - middle) * contrast * (0.12 / deviation.clamp(min=1e-3)).clamp(max=1)
