"""Light, shadow and repetition that all kinds of defects are drawn with."""

from collections.abc import Callable

import torch

from fields import Sheet, blurred


def shaded(sheet: Sheet, pictures: torch.Tensor, low: float, high: float, darker: float = 0.65) -> torch.Tensor:
    """The pictures darker (mostly) or brighter by low...high of their own grey."""
    direction = torch.where(sheet.chance(darker), -1.0, 1.0)
    amount = (direction * sheet.uniform(low, high))[..., None]
    if sheet.flip():  # less light, or a coat that lets the texture show
        return pictures * (1 + amount).clamp(min=0.08) + 0.1 * amount
    return pictures + amount * (0.4 + pictures.mean((1, 2, 3), keepdim=True))


def repeated(sheet: Sheet, once: Callable[[], torch.Tensor], most: int) -> torch.Tensor:
    """The coverage of one to `most` defects, each drawn by `once`."""
    coverage = once()
    for _ in range(sheet.pick(0, most - 1)):
        coverage = torch.maximum(coverage, once())
    return coverage


def relit(sheet: Sheet, other: torch.Tensor, pictures: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Another material in the light of the pictures: their broad brightness, by `share` [count, 1, 1], with its detail."""
    radius = max(2, sheet.width // 16)
    level, own = blurred(pictures, radius).clamp(min=0.02), blurred(other, radius).clamp(min=0.02)
    return torch.lerp(other, level * (other / own).clamp(0.2, 3), share[:, None])
