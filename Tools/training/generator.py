"""Whole training pictures: surface, defect, camera; with exact masks, drawn in batches."""

from dataclasses import dataclass

import torch

from defects import KINDS, WEIGHTS
from fields import Sheet, blurred
from surfaces import NAMES, surface


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


class Generator:
    """An endless source of batches; the same seed gives the same pictures."""

    def __init__(self, seed: int, metal: float = 0.5, normal: float = 0.25, most: int = 3):
        """`metal` is the share of brushed metal and `normal` that of pictures without defect; `most` limits how many
        scratches, cracks or spots one picture has."""
        self.random = torch.Generator().manual_seed(seed)
        self.metal = metal
        self.normal = normal
        self.most = most
        self.boost = 1.0  # above 1, defects stand out more than in real pictures, which makes the start easier

    def batch(self, count: int, height: int, width: int, group: int = 4) -> Drawing:
        """`count` pictures, in groups of `group` alike in kind of surface and defect (they differ in all else)."""
        return Drawing.joined([self.alike(min(group, count - start), height, width) for start in range(0, count, group)])

    def alike(self, count: int, height: int, width: int, name: str | None = None, kind: str | None = None) -> Drawing:
        """`count` pictures of one kind of surface and defect; both are random where they are not named."""
        sheet = Sheet(count, height, width, self.random)
        if name is None:
            name = "brushed metal" if sheet.flip(self.metal) else NAMES[sheet.pick(1, len(NAMES) - 1)]
        if kind is None:
            lot = torch.multinomial(torch.tensor(list(WEIGHTS.values())), 1, generator=self.random)
            kind = list(KINDS)[int(lot)]
        clean, cover = surface(sheet, name)
        coverage, replacement = KINDS[kind](sheet, clean, cover, self.most)
        coverage = coverage * cover
        shown = torch.lerp(clean, replacement, self.boost * coverage[:, None] * sheet.uniform(0.75, 1.0)[..., None])
        change = (shown - clean).abs().amax(1)
        defect = (coverage > 0.35).float()
        area = defect.sum((1, 2))
        visible = (change * defect).sum((1, 2)) / (area + 1) > 0.02
        keep = (area > 5) & (area < 0.6 * height * width) & visible & ~sheet.chance(self.normal).flatten()
        keep4 = keep.view(-1, 1, 1, 1)
        pictures = camera(sheet, torch.where(keep4, shown, clean))
        return Drawing(pictures, defect * keep4[:, 0], (cover > 0.5).float(), [name] * count,
                       [kind if kept else None for kept in keep.tolist()])


def camera(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Blur, contrast, noise and loss of colour, then 0...1."""
    if sheet.flip(0.35):
        pictures = blurred(pictures, 1)
    middle = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - middle) * sheet.uniform(0.7, 1.5)[..., None] + middle * sheet.uniform(0.7, 1.3)[..., None]
    grain = sheet.normal(sheet.count, 1, sheet.height, sheet.width)
    pictures = pictures + grain * sheet.uniform(0, 0.03)[..., None]
    grey = sheet.chance(0.4)[..., None]
    return torch.where(grey, pictures.mean(1, keepdim=True), pictures).clamp(0, 1)
