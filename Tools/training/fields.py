"""Fields that whole batches of pictures are drawn from: noise, streaks, distances.

Every field is a float tensor [count, height, width]. Positions run from 0 to 1 across the picture, so that a
drawing looks alike at every training size; widths of thin things are in pixels, because that is how a camera sees them.
"""

import math
import random

import torch
import torch.nn.functional as F


class Sheet:
    """A stack of `count` equal blank pictures and the random numbers that they are drawn with.

    Tensors are made where `source` is, on the processor or the accelerator. What is decided for the whole sheet comes from
    `lot`, so that nothing has to wait for the accelerator.
    """

    def __init__(self, count: int, height: int, width: int, source: torch.Generator, lot: random.Random):
        self.count = count
        self.height = height
        self.width = width
        self.source = source
        self.lot = lot
        self.device = source.device
        self.y = ((torch.arange(height, device=self.device) + 0.5) / height).view(1, height, 1)
        self.x = ((torch.arange(width, device=self.device) + 0.5) / width).view(1, 1, width)

    @property
    def longer(self) -> int:
        """The longer side in pixels."""
        return max(self.height, self.width)

    def blank(self, value: float) -> torch.Tensor:
        """The same value everywhere, [count, height, width]."""
        return torch.full((self.count, self.height, self.width), value, device=self.device)

    def rand(self, *shape: int) -> torch.Tensor:
        """Evenly in 0...1."""
        return torch.rand(*shape, generator=self.source, device=self.device)

    def uniform(self, low: float, high: float) -> torch.Tensor:
        """One number a picture, [count, 1, 1]."""
        return self.rand(self.count, 1, 1) * (high - low) + low

    def spread(self, low: float, high: float) -> torch.Tensor:
        """One number a picture in low...high, evenly in its logarithm, [count, 1, 1]."""
        return self.uniform(math.log(low), math.log(high)).exp()

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self.source, device=self.device)

    def chance(self, probability: float) -> torch.Tensor:
        """True for about this share of the pictures, [count, 1, 1]."""
        return self.rand(self.count, 1, 1) < probability

    def sign(self) -> torch.Tensor:
        return torch.where(self.chance(0.5), 1.0, -1.0)

    def pick(self, low: int, high: int) -> int:
        """One whole number in low...high for the whole sheet."""
        return self.lot.randint(low, high)

    def flip(self, probability: float = 0.5) -> bool:
        """One decision for the whole sheet."""
        return self.lot.random() < probability

    def turned(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Coordinates along and across a random direction a picture, each [count, height, width]."""
        angle = self.uniform(0, math.pi)
        return (self.x * angle.cos() + self.y * angle.sin(), self.y * angle.cos() - self.x * angle.sin())

    def smooth(self, rows: int, columns: int, octaves: int = 1) -> torch.Tensor:
        """Value noise with about rows x columns cells and a standard deviation of about 1.

        Each octave has cells of half the size and half the weight of the one before.
        """
        total = 0.0
        weight = 1.0
        sum_of_squares = 0.0
        for _ in range(octaves):
            rows, columns = min(rows, self.height), min(columns, self.width)
            knots = self.normal(self.count, 1, rows + 2, columns + 2)
            scale = (math.ceil(self.height * (rows + 2) / rows), math.ceil(self.width * (columns + 2) / columns))
            if rows * columns <= 400:  # rounded first: on few knots, straight steps would show as creases
                knots = F.interpolate(knots, size=(4 * rows + 5, 4 * columns + 5), mode="bicubic", align_corners=True)
            field = F.interpolate(knots, size=scale, mode="bilinear", align_corners=True)[:, 0]
            top, left = (scale[0] - self.height) // 2, (scale[1] - self.width) // 2
            total = total + weight * field[:, top : top + self.height, left : left + self.width]
            sum_of_squares += weight**2
            weight /= 2
            rows *= 2
            columns *= 2
        return total / math.sqrt(sum_of_squares) * 1.4

    def line(self, knots: torch.Tensor, half_width: torch.Tensor, ragged: float = 0.0) -> torch.Tensor:
        """Coverage 0...1 of a line through `knots` [count, k, 2] (y, x in 0...1), `half_width` in pixels [count, 1, 1].

        It strays by about `ragged` pixels from the straight way between its knots.
        """
        row, column = self.y * self.height, self.x * self.width
        if ragged > 0:
            rows, columns = self.height // 14, self.width // 14
            row = row + ragged * self.smooth(rows, columns, 3)
            column = column + ragged * self.smooth(rows, columns, 3)
        ends = knots * torch.tensor([self.height, self.width], device=self.device)
        nearest = torch.full((self.count, self.height, self.width), 1e9, device=self.device)
        for index in range(knots.shape[1] - 1):
            start = ends[:, index, :, None, None]
            step = (ends[:, index + 1] - ends[:, index])[:, :, None, None]
            dy = row - start[:, 0]
            dx = column - start[:, 1]
            along = ((dy * step[:, 0] + dx * step[:, 1]) / (step.square().sum(1) + 1e-6)).clamp(0, 1)
            nearest = torch.minimum(nearest, (dy - along * step[:, 0]).square() + (dx - along * step[:, 1]).square())
        return (half_width - nearest.sqrt() + 0.5).clamp(0, 1)

    def walk(self, steps: int, length: float, bend: float, straight: bool = False,
             start: torch.Tensor | None = None) -> torch.Tensor:
        """A random walk of about `length` (0...1) that turns by `bend` radians a step, [count, steps + 1, 2].

        `straight` keeps to the rows' or columns' direction, as a crack along the grain does. `start` [count, 1, 2] is where
        it begins, anywhere when None.
        """
        start = start if start is not None else self.rand(self.count, 1, 2) * 0.9 + 0.05
        if straight:
            heading = (math.pi / 2 if self.flip(0.2) else 0.0) + 0.06 * self.normal(self.count, 1)
        else:
            heading = self.rand(self.count, 1) * 2 * math.pi
        heading = heading + torch.cumsum(bend * self.normal(self.count, steps), 1)
        reach = length * (0.3 + self.rand(self.count, 1, 1)) / steps
        return torch.cat([start, start + torch.cumsum(torch.stack([heading.cos(), heading.sin()], -1) * reach, 1)], 1)

    def blob(self, low: float, high: float, wobble: float = 0.25, stretch: float = 2.5,
             centre: tuple[torch.Tensor, torch.Tensor] | None = None) -> torch.Tensor:
        """Signed depth of a wobbly ellipse: above 0 inside, 1 at its centre; radii in `low`...`high` of the side."""
        cy, cx = centre if centre is not None else (self.uniform(0.03, 0.97), self.uniform(0.03, 0.97))
        angle = self.uniform(0, math.pi)
        radius = self.spread(low, high)
        ratio = self.spread(1, stretch).sqrt()
        dy = self.y - cy
        dx = self.x - cx
        u = dx * angle.cos() + dy * angle.sin()
        v = dy * angle.cos() - dx * angle.sin()
        cells = self.pick(3, 10) if high > 0.1 else min(24, max(4, int(1.5 / high)))
        return 1 - ((u / ratio).square() + (v * ratio).square()).sqrt() / radius + wobble * self.smooth(cells, cells, 2) * 0.5

    def cloud(self, low: float, high: float) -> torch.Tensor:
        """Signed depth of a ragged patch, with holes and islands, within a blob of `low`...`high` of the side."""
        cells = self.pick(6, 24)
        return torch.minimum(self.blob(low, high, 0.6), 0.6 * self.smooth(cells, cells, 4) + self.uniform(-0.2, 0.5))

    def solid(self, depth: torch.Tensor, pixels: float = 1.0) -> torch.Tensor:
        """Coverage 0...1 from a signed depth field, with an edge about `pixels` wide."""
        slope = (depth[:, 1:, :-1] - depth[:, :-1, :-1]).abs() + (depth[:, :-1, 1:] - depth[:, :-1, :-1]).abs()
        near = F.pad(slope, (0, 1, 0, 1), mode="replicate") if slope.numel() else slope
        return (depth / (near * pixels + 1e-4) + 0.5).clamp(0, 1)


def unit(field: torch.Tensor) -> torch.Tensor:
    """The field with mean 0 and standard deviation 1 in every picture."""
    return (field - field.mean((1, 2), keepdim=True)) / (field.std((1, 2), keepdim=True) + 1e-4)


def blurred(pictures: torch.Tensor, radius: int) -> torch.Tensor:
    """Local mean over about (2 radius + 1)^2 pixels, [..., height, width]; wide means go through a smaller picture."""
    if radius < 1:
        return pictures
    height, width = pictures.shape[-2:]
    flat = pictures.reshape(-1, 1, height, width)
    if radius == 1:
        flat = F.pad(flat, (1, 1, 1, 1), mode="replicate")
        flat = flat[..., :-2, :] + flat[..., 1:-1, :] + flat[..., 2:, :]
        return ((flat[..., :-2] + flat[..., 1:-1] + flat[..., 2:]) / 9).view(pictures.shape)
    small = F.interpolate(flat, size=(max(2, height // radius), max(2, width // radius)), mode="area")
    return F.interpolate(small, size=(height, width), mode="bilinear").view(pictures.shape)
