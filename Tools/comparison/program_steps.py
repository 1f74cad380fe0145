"""What the Python programs share that `vitrine segment` is timed against: from sentences to the map, and the files."""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

RASTER, SIGMA = 518, 4.0
# Each input's side, a multiple of the trained one, and the axes along which the picture is reversed.
INPUTS = ((1.4, ()), (1, (2, 3)), (0.7, (3,)), (0.7, (2,)))


def skip_initial_values():
    """Initial values would be overwritten: what draws them is put out of action."""
    for draw in ("kaiming_uniform_", "uniform_", "normal_", "trunc_normal_", "xavier_uniform_"):
        setattr(torch.nn.init, draw, lambda tensor, *_, **__: tensor)


def sentences(path):
    """The lists of sentences for normal and for abnormal."""
    lists = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            lists[-1].append(line[2:])
        else:
            lists.append([])
    return lists


def inputs(picture, trained, patch):
    """The pictures [1, 3, side, side] that the map is made of, sides multiples of the patch; each with the axes along which
    it is reversed, and so is the grid that comes of it."""
    prepared = {}
    for scale, axes in INPUTS:
        side = patch * round(trained * scale / patch)
        if side not in prepared:
            prepared[side] = tensor(picture, (side, side))
        yield prepared[side].flip(axes), tuple(axis - 2 for axis in axes)


def tensor(picture, size):
    square = np.array(picture.resize(size, Image.BICUBIC))
    return torch.from_numpy(square).permute(2, 0, 1)[None] / 255


def smoothed(plane):
    """Gaussian, mirrored about the pixel edges."""
    reach = int(4 * SIGMA + 0.5)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float64) / SIGMA) ** 2)
    kernel = (kernel / kernel.sum()).float()
    for shape, axis in (((1, 1, -1, 1), 2), ((1, 1, 1, -1), 3)):
        first, last = plane.narrow(axis, 0, reach).flip(axis), plane.narrow(axis, plane.shape[axis] - reach, reach).flip(axis)
        plane = F.conv2d(torch.cat([first, plane, last], axis), kernel.view(shape))
    return plane


def joined(grids, size):
    """The map at the picture's size, [height, width], from grids of probabilities, [side, side] each."""
    raster = [F.interpolate(grid[None, None], (RASTER, RASTER), mode="bilinear", align_corners=False) for grid in grids]
    mean = smoothed(torch.stack(raster).mean(0))
    return F.interpolate(mean, size[::-1], mode="bilinear", align_corners=False)[0, 0]


def write(folder, picture, scores, mask):
    """mask.png, heatmap.png and map.npy."""
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    heat = (scores / scores.max()).numpy()
    colours = np.stack([255 * heat, 255 * heat**3, 64 * (1 - heat)], -1)
    mixed = (0.6 * colours + 0.4 * grey[..., None]).astype(np.uint8)
    Image.fromarray(mask.numpy().astype(np.uint8) * 255).save(folder / "mask.png", compress_level=1)
    Image.fromarray(mixed).save(folder / "heatmap.png", compress_level=1)
    np.save(folder / "map.npy", scores.numpy())
