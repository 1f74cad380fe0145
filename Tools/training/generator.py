"""Whole training pictures: surface, defect, camera; with exact masks, drawn in batches."""

import random
from dataclasses import dataclass, replace

import torch

from camera import camera
from defects import FAINT, KINDS, TAKE_MATERIAL, WEIGHTS
from fields import Sheet, blurred
from photographs import Photographs
from surfaces import NAMES, OBJECT, PHOTOGRAPH, surface

# A defect that changes less than this of what the surface varies by anyway is not drawn: nobody could see it.
LEAST_CONTRAST, LEAST_FAINT_CONTRAST = 1.0, 0.6


@dataclass
class Drawing:
    """A batch of pictures and all that is known about them.

    pictures: [count, 3, h, w] in 0...1; defect, cover: [count, h, w], 1 where the defect or the object is;
    surfaces, kinds: a name a picture; the kind is None where the picture is normal.
    """

    pictures: torch.Tensor
    defect: torch.Tensor
    cover: torch.Tensor
    surfaces: list[str]
    kinds: list[str | None]

    @staticmethod
    def joined(parts: "list[Drawing]") -> "Drawing":
        return Drawing(torch.cat([p.pictures for p in parts]), torch.cat([p.defect for p in parts]),
                       torch.cat([p.cover for p in parts]), sum((p.surfaces for p in parts), []),
                       sum((p.kinds for p in parts), []))


@dataclass(frozen=True)
class Shares:
    """What a generator draws how often, 0...1."""

    metal: float = 0.4  # brushed metal, of the drawn surfaces
    normal: float = 0.25  # pictures without a defect
    photographs: float = 0.0  # surfaces that are photographs, of all pictures
    objects: float = 0.0  # pictures of whole objects


class Generator:
    """An endless source of batches; the same seed gives the same pictures on the same kind of device."""

    def __init__(self, seed: int, shares: Shares = Shares(), most: int = 3, photographs: Photographs | None = None,
                 device: torch.device | str = "cpu"):
        """`most` limits how many scratches, cracks or spots one picture has. Without `photographs` all is drawn."""
        self.source = torch.Generator(device).manual_seed(seed)
        self.lot = random.Random(seed)
        self.shares = shares if photographs else replace(shares, photographs=0.0, objects=0.0)
        self.most = most
        self.photographs = photographs
        self.boost = 1.0  # above 1, defects stand out more than in real pictures, which makes the start easier

    def batch(self, count: int, height: int, width: int, group: int = 4, kind: str | None = None) -> Drawing:
        """`count` pictures, in groups of `group` alike in kind of surface and defect (they differ in all else); `kind` is the
        defect of all of them, random where it is not named."""
        groups = [min(group, count - start) for start in range(0, count, group)]
        return Drawing.joined([self.alike(size, height, width, kind=kind) for size in groups])

    def surface_name(self) -> str:
        chance = self.lot.random()
        if chance < self.shares.objects:
            return OBJECT
        if chance < self.shares.objects + self.shares.photographs:
            return PHOTOGRAPH
        return "brushed metal" if self.lot.random() < self.shares.metal else self.lot.choice(NAMES[1:])

    def alike(self, count: int, height: int, width: int, name: str | None = None, kind: str | None = None) -> Drawing:
        """`count` pictures of one kind of surface and defect; both are random where they are not named."""
        sheet = Sheet(count, height, width, self.source, self.lot)
        name = name or self.surface_name()
        kind = kind or self.lot.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        clean, cover = surface(sheet, name, self.photographs)
        material = {"photographs": self.photographs} if kind in TAKE_MATERIAL else {}
        coverage, replacement = KINDS[kind](sheet, clean, cover, self.most, **material)
        if sheet.flip(0.25):  # a second defect of another shape and the same kind
            more, other = KINDS[kind](sheet, clean, cover, self.most, **material)
            replacement = torch.where((more > coverage)[:, None], other, replacement)
            coverage = torch.maximum(coverage, more)
        coverage = coverage * cover
        shown = torch.lerp(clean, replacement, self.boost * coverage[:, None] * sheet.uniform(0.75, 1.0)[..., None])
        defect = (coverage > 0.35).float()
        area = defect.sum((1, 2))
        share = area / (height * width)
        least = LEAST_FAINT_CONTRAST if kind in FAINT else LEAST_CONTRAST
        visible = (share > 5 / (height * width)) & (share < 0.6) & (contrast(clean, shown, defect) > least)
        keep = visible & ~sheet.chance(self.shares.normal).flatten()
        keep4 = keep.view(-1, 1, 1, 1)
        pictures = camera(sheet, torch.where(keep4, shown, clean))
        return Drawing(pictures, defect * keep4[:, 0], (cover > 0.5).float(), [name] * count,
                       [kind if kept else None for kept in keep.tolist()])


def contrast(clean: torch.Tensor, shown: torch.Tensor, defect: torch.Tensor) -> torch.Tensor:
    """How far the defect changes the picture, against how far the surface itself varies nearby; [count]."""
    change = (shown - clean).abs().amax(1)
    detail = (clean - blurred(clean, 5)).abs().mean(1)
    area = defect.sum((1, 2)) + 1
    return (change * defect).sum((1, 2)) / area / (0.02 + 0.8 * (detail * defect).sum((1, 2)) / area)
