"""What looks like a defect and is none: prints, seams, screws, highlights, borders. It stays unmarked in the truth.

Each drawer takes the sheet and pictures [count, 3, h, w] and returns the pictures with its marks. What tells them from
defects is their order: straight across the whole part, evenly spaced, crisp and repeated, or soft and broad.
"""

import math

import torch
import torch.nn.functional as F

from fields import Sheet, blurred

# Strokes of figures as (row, column) of their corners.
FIGURES = ([[0, 0], [0, 1], [1, 1], [1, 0], [2, 0], [2, 1]], [[0, 1], [1, 0], [2, 0], [2, 1], [1, 1]], [[0, 0], [0, 1], [2, 0]],
           [[0, 0], [1, 0], [1, 1], [2, 1], [2, 0]], [[0, 0], [2, 0], [2, 1]], [[2, 0], [0, 0.5], [2, 1]],
           [[2, 0], [0, 0], [2, 1], [0, 1]], [[0, 0], [0, 1], [1, 0.5], [2, 1], [2, 0]], [[0, 0.5], [2, 0.5]])


def painted(sheet: Sheet, pictures: torch.Tensor, coverage: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """The pictures darker or brighter by low...high of their own grey where `coverage` [count, h, w] says."""
    amount = sheet.sign() * sheet.uniform(low, high)
    return pictures * (1 + amount * coverage)[:, None].clamp(0.1) + (0.15 * amount * coverage)[:, None]


def figures(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """A row of printed or stamped letters and digits, straight or turned by a quarter."""
    size = math.exp(sheet.lot.uniform(math.log(0.015), math.log(0.07)))
    corner = sheet.rand(sheet.count, 1, 2) * 0.8 + 0.05
    wide = sheet.uniform(0.5, max(0.7, size * 30))
    coverage = sheet.blank(0.0)
    turned = sheet.flip(0.3)
    for place in range(sheet.pick(1, 6)):
        shape = torch.tensor(sheet.lot.choice(FIGURES), device=sheet.device)[None] * size
        shape = shape + torch.tensor([0.0, 1.8 * size * place], device=sheet.device)
        coverage = torch.maximum(coverage, sheet.line(corner + (shape.flip(2) if turned else shape), wide))
    return painted(sheet, pictures, coverage, 0.2, 0.8)


def rings(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """A round mark: a printed circle, a turned groove, the rim of a bore."""
    radius = sheet.spread(0.02, 0.3)
    distance = ((sheet.y - sheet.uniform(0.1, 0.9)).square() + (sheet.x - sheet.uniform(0.1, 0.9)).square()).sqrt()
    half = sheet.uniform(0.5, 2.5) / sheet.longer
    coverage = sheet.solid(half - (distance - radius).abs())
    return painted(sheet, pictures, coverage, 0.1, 0.6)


def seams(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Joints and grooves: one to five straight lines across the whole picture, evenly spaced, with a lit side."""
    across = sheet.turned()[0] if sheet.flip(0.3) else (sheet.y if sheet.flip() else sheet.x) + sheet.blank(0.0)
    pitch = sheet.uniform(0.12, 0.9)
    off = ((across - sheet.uniform(0, 1)) / pitch + 0.5) % 1 - 0.5
    away = off * pitch * sheet.longer
    half = sheet.uniform(0.4, 3)
    groove = (half - away.abs() + 0.5).clamp(0, 1)
    lit = (half - (away - 1.5 * half).abs() + 0.5).clamp(0, 1) * sheet.chance(0.5)
    return pictures * (1 - sheet.uniform(0.1, 0.7) * groove + sheet.uniform(0, 0.3) * lit)[:, None]


def screws(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Screws, rivets or bores at the corners of a rectangle, or in a row."""
    inset = sheet.uniform(0.06, 0.3)
    radius = sheet.spread(0.012, 0.05)
    y = torch.minimum((sheet.y - inset).abs(), (sheet.y - 1 + inset).abs()) + sheet.blank(0.0)
    x = torch.minimum((sheet.x - inset).abs(), (sheet.x - 1 + inset).abs()) + sheet.blank(0.0)
    if sheet.flip(0.4):
        y = (sheet.y - inset).abs() + sheet.blank(0.0)
        pitch = sheet.uniform(0.12, 0.4)
        x = ((sheet.x / pitch) % 1 - 0.5).abs() * pitch + sheet.blank(0.0)
    depth = (radius - (x.square() + y.square()).sqrt()) / radius
    head = sheet.solid(depth)
    rim = torch.exp(-(depth / 0.15).square())
    slot = head * (x.abs() < 0.18 * radius) * sheet.chance(0.5)
    shade = 1 + sheet.sign() * sheet.uniform(0.1, 0.6) * head
    return pictures * (shade - sheet.uniform(0, 0.5) * rim - 0.4 * slot)[:, None].clamp(0.05)


def highlights(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Soft bright reflexes, round or drawn out, and soft shadows."""
    depth = sheet.blob(0.06, 0.4, 0.15, 4.0)
    glow = torch.sigmoid(4 * depth - sheet.uniform(0, 2))
    return pictures * (1 + sheet.uniform(-0.35, 0.6) * glow)[:, None]


def from_border(sheet: Sheet, number: int) -> torch.Tensor:
    """How far each place is from the top, the bottom, the left or the right border, 0...1."""
    return [sheet.y, 1 - sheet.y, sheet.x, 1 - sheet.x][number]


def borders(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """The part falls off into the dark, or a fixture shows, along one or two sides."""
    for _ in range(sheet.pick(1, 2)):
        side = from_border(sheet, sheet.pick(0, 3)) + sheet.blank(0.0)
        soft = sheet.uniform(0.004, 0.08)
        dark = torch.sigmoid((sheet.uniform(0.0, 0.1) + 0.004 * sheet.smooth(3, 3) - side) / soft)
        pictures = pictures * (1 - sheet.uniform(0.3, 0.95) * dark)[:, None]
    return pictures


def streaks(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Lines of working in one direction over the whole part, a few of them much stronger."""
    fine = sheet.smooth(sheet.pick(1, 3), sheet.width // sheet.pick(1, 4))
    strong = F.relu(sheet.smooth(1, sheet.width // sheet.pick(1, 4)) - sheet.uniform(1.2, 2.2))
    field = sheet.uniform(0, 0.06) * fine + sheet.sign() * sheet.uniform(0, 0.2) * strong
    if sheet.height == sheet.width and sheet.flip():
        field = field.transpose(1, 2)
    return pictures * (1 + field)[:, None]


def scuffs(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Faint harmless strokes and specks, weaker than any defect."""
    field = F.relu(sheet.smooth(sheet.height // 3, sheet.width // 3) - 3.0) * sheet.sign() * sheet.uniform(0, 0.04)
    for _ in range(sheet.pick(0, 2)):
        field = field + sheet.line(sheet.walk(5, 0.35, 0.25), sheet.uniform(0.2, 1.2)) * sheet.sign() * sheet.uniform(0.01, 0.05)
    return pictures + field[:, None]


def dust(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Specks of dust or of the material itself, two pixels wide at most, a few or many, most of them bright."""
    share = math.exp(sheet.lot.uniform(math.log(3e-5), math.log(2e-3)))
    specks = (sheet.rand(sheet.count, sheet.height, sheet.width) < share).float()
    if sheet.flip():
        specks = torch.maximum(specks, 0.8 * torch.roll(specks, (sheet.pick(0, 1), 1), (1, 2)))
    if sheet.flip(0.3):
        specks = 3 * blurred(specks, 1)
    strength = sheet.uniform(0.1, 0.7) * sheet.rand(sheet.count, sheet.height, sheet.width)
    return pictures + (specks * strength * torch.where(sheet.chance(0.75), 1.0, -0.7))[:, None]


def relief(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """Paint that dried uneven, cast or hammered skin: small bumps lit from one side, all over or in a broad part."""
    cells = sheet.pick(12, 60)
    height = sheet.smooth(cells, max(4, int(cells * sheet.lot.uniform(0.4, 1.5))), 2)
    slope_y, slope_x = torch.gradient(height, dim=(1, 2))
    angle = sheet.uniform(0, 2 * math.pi)
    lit = slope_y * angle.sin() + slope_x * angle.cos()
    lit = lit / (lit.std((1, 2), keepdim=True) + 1e-6)
    gloss = F.relu(lit - sheet.uniform(1.0, 2.0)) * sheet.uniform(0, 0.15)
    where = torch.sigmoid(3 * sheet.blob(0.4, 0.9, 0.8)) if sheet.flip(0.4) else sheet.blank(1.0)
    return pictures * (1 + sheet.uniform(0.01, 0.1) * lit * where)[:, None].clamp(0.2) + (gloss * where)[:, None]


def faces(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """The side of a bowed or bevelled part, along one to three borders: a strip that is darker or brighter, with a rounded end."""
    for _ in range(sheet.pick(1, 3)):
        number = sheet.pick(0, 3)
        along = (sheet.x if number < 2 else sheet.y) - sheet.uniform(0.35, 0.65)
        depth = sheet.uniform(0.01, 0.11) + sheet.uniform(-0.3, 0.3) * along.square() - from_border(sheet, number)
        strip = sheet.solid(depth + 0.002 * sheet.smooth(4, 4, 2), sheet.pick(1, 4))
        shade = torch.where(sheet.chance(0.75), sheet.uniform(0.15, 0.85), sheet.uniform(1.1, 1.6))
        calm = torch.lerp(pictures, pictures.mean((2, 3), keepdim=True), sheet.uniform(0, 0.9)[..., None])
        pictures = torch.lerp(pictures, calm * shade[..., None], strip[:, None])
        line = torch.exp(-(depth * sheet.longer / sheet.uniform(1, 3)).square()) * sheet.uniform(-0.5, 0.3) * sheet.chance(0.5)
        pictures = pictures * (1 + line)[:, None]
    return pictures


# How often a group of pictures has each.
ODDS = {figures: 0.14, rings: 0.07, seams: 0.12, screws: 0.08, highlights: 0.2, borders: 0.15, streaks: 0.15, scuffs: 0.25,
        dust: 0.25, relief: 0.1, faces: 0.15}


def with_lookalikes(sheet: Sheet, pictures: torch.Tensor) -> torch.Tensor:
    """The pictures, now and then with some of the above; half of a group stays without each."""
    for drawer, odds in ODDS.items():
        if sheet.flip(odds):
            pictures = torch.where(sheet.chance(0.6)[..., None], drawer(sheet, pictures), pictures)
    return pictures
