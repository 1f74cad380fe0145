"""What a camera does to a picture: blur, contrast, noise, loss of colour, compression."""

import math

import torch

from fields import Sheet, blurred

BLOCK = 8


def compressed(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """The loss of a JPEG: cosine coefficients of blocks of 8 x 8 are rounded, the fine ones more coarsely."""
    count, channels, height, width = pictures.shape
    if height % BLOCK or width % BLOCK:
        return pictures
    place = torch.arange(BLOCK, device=sheet.device, dtype=torch.float32)
    cosines = ((2 * place[None] + 1) * place[:, None] * (math.pi / (2 * BLOCK))).cos() * math.sqrt(2 / BLOCK)
    cosines[0] /= math.sqrt(2)
    blocks = pictures.view(count, channels, height // BLOCK, BLOCK, width // BLOCK, BLOCK).permute(0, 1, 2, 4, 3, 5)
    step = (0.06 + 0.02 * (place[:, None] + place[None])) * sheet.uniform(0.1, 1.2).view(count, 1, 1, 1, 1, 1)
    coarse = ((cosines @ blocks @ cosines.T) / step).round() * step
    return (cosines.T @ coarse @ cosines).permute(0, 1, 2, 4, 3, 5).reshape(pictures.shape)


def camera(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """The pictures as they are taken, 0...1."""
    if sheet.flip(0.35):
        pictures = blurred(pictures, 1)
    middle = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - middle) * sheet.uniform(0.7, 1.5)[..., None] + middle * sheet.uniform(0.7, 1.3)[..., None]
    grain = sheet.normal(sheet.count, 1, sheet.height, sheet.width) * pictures.clamp(0.05, 1).sqrt()
    pictures = pictures + grain * sheet.uniform(0, 0.04)[..., None]
    grey = sheet.chance(0.4)[..., None]
    pictures = torch.where(grey, pictures.mean(1, keepdim=True), pictures).clamp(0, 1)
    return compressed(sheet, pictures).clamp(0, 1) if sheet.flip(0.3) else pictures
