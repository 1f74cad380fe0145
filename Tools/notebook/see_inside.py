#!/usr/bin/env python3
"""Makes the pictures of docs/SeeInside.md: ten questions, each answered by one command of `vitrine inspect` or a few of them.

    python3 -m venv .venv && .venv/bin/pip install numpy pillow safetensors
    .venv/bin/python Tools/notebook/see_inside.py --vitrine .build/release/vitrine

Writes docs/images/inside-*.png, made on the small weights.
"""

import argparse
import base64
import json
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[2]
OBJECT = "canvas"
BLOCKS = "visual.transformer.resblocks"
BLOCK_COUNT, HEADS, SIDE = 3, 3, 28
INK, PAPER = (35, 39, 44), (250, 248, 244)
TILE = 132


# ---- Drawing

def oklch(lightness, chroma, hue):
    """A colour of even lightness steps, 8 bits a channel."""
    a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
    cone = np.stack([
        lightness + 0.3963377774 * a + 0.2158037573 * b, lightness - 0.1055613458 * a - 0.0638541728 * b,
        lightness - 0.0894841775 * a - 1.291485548 * b], -1) ** 3
    matrix = np.array([
        [4.0767416621, -3.3077115913, 0.2309699292], [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.707614701]])
    linear = np.clip(cone @ matrix.T, 0, 1)
    return np.round(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)).astype(np.uint8)


def heat(values, low=None, high=None):
    low, high = values.min() if low is None else low, values.max() if high is None else high
    t = np.clip((values - low) / max(1e-9, high - low), 0, 1)
    return oklch(0.24 + 0.72 * t, 0.05 + 0.09 * np.sin(np.pi * np.minimum(1, 0.25 + t)), 275 - 185 * t)


def difference(values, most):
    t = np.clip(values / most, -1, 1)
    return oklch(0.95 - 0.42 * abs(t), 0.015 + 0.135 * abs(t), np.where(t < 0, 250, 50))


def over(picture, values, strength=0.75, smooth=False, **limits):
    """A map over the picture."""
    picture = picture.resize((TILE, TILE), Image.LANCZOS)
    colours = Image.fromarray(heat(values, **limits)).resize((TILE, TILE), Image.BILINEAR if smooth else Image.NEAREST)
    return Image.blend(picture, colours, strength)


def row(name, tiles, columns=None):
    """Tiles with captions, as one PNG of few colours."""
    columns = columns or len(tiles)
    font = ImageFont.load_default(size=13)
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (TILE + 10) + 10, rows * (TILE + 32) + 10), PAPER)
    draw = ImageDraw.Draw(sheet)
    for index, (tile, caption) in enumerate(tiles):
        x, y = 10 + index % columns * (TILE + 10), 10 + index // columns * (TILE + 32)
        sheet.paste(tile.resize((TILE, TILE), Image.NEAREST), (x, y))
        draw.text((x, y + TILE + 4), caption, fill=INK, font=font)
    save(name, sheet)


def grid_of_numbers(name, values, columns, rows, digits=3):
    """A table of coloured cells, orange above zero and blue below."""
    font = ImageFont.load_default(size=13)
    width, height, left, top = 76, 28, 74, 30
    sheet = Image.new("RGB", (left + width * len(columns) + 10, top + height * len(rows) + 10), PAPER)
    draw = ImageDraw.Draw(sheet)
    most = np.abs(values).max()
    for j, text in enumerate(columns):
        draw.text((left + width * j + width / 2, 15), text, fill=INK, font=font, anchor="mm")
    for i, text in enumerate(rows):
        draw.text((left - 8, top + height * i + height / 2), text, fill=INK, font=font, anchor="rm")
        for j in range(len(columns)):
            colour = tuple(int(v) for v in difference(np.array(values[i][j]), most))
            ink = PAPER if 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] < 120 else INK
            x, y = left + width * j, top + height * i
            draw.rectangle([x + 1, y + 1, x + width - 2, y + height - 2], fill=colour)
            draw.text((x + width / 2, y + height / 2), f"{values[i][j]:+.{digits}f}", fill=ink, font=font, anchor="mm")
    save(name, sheet)


def save(name, sheet):
    path = ROOT / "docs" / "images" / f"inside-{name}.png"
    sheet.convert("P", palette=Image.ADAPTIVE, colors=64).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size} bytes")
    if size > 60_000:
        raise SystemExit(f"{path} is larger than 60 kB")


# ---- Asking

class Asker:
    def __init__(self, vitrine, folder):
        self.vitrine, self.folder = vitrine, folder

    def run(self, *arguments):
        words = [self.vitrine, "inspect", *map(str, arguments)]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def tensors(self, picture, *arguments):
        path = self.folder / "seen.safetensors"
        self.run(picture, *arguments, "--output", path)
        return load_file(path)

    def probability(self, picture, *arguments):
        """Of the second of two texts."""
        texts = ["--text", f"a photo of a flawless {OBJECT}.", "--text", f"a photo of a {OBJECT} with a stain."]
        return json.loads(self.run(picture, *texts, "--json", *arguments))["texts"][1]["probability"]

    def page(self, picture):
        path = self.folder / "page.html"
        self.run(picture, "--object", OBJECT, "--page", path)
        return json.loads(re.search(r'id="page-data">(.*?)</script>', path.read_text(), re.S).group(1))


def numbers(node):
    """Numbers of a page."""
    raw = base64.b64decode(node["base64"])
    if node["type"] == "float32":
        return np.frombuffer(raw, "<f4").reshape(node["shape"])
    step = (node["high"] - node["low"]) / 255
    return node["low"] + step * np.frombuffer(raw, np.uint8).astype(np.float32).reshape(node["shape"])


def logistic(values):
    return 1 / (1 + np.exp(-values))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vitrine", default=str(ROOT / ".build/release/vitrine"))
    vitrine = str(Path(parser.parse_args().vitrine).resolve())
    (ROOT / "docs" / "images").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        notebook(Asker(vitrine, Path(folder)))


def covered_over(photo, box, margin=20, feather=7):
    """The photograph with the surface above the box laid over it, turned over, as bright as what is around the box, with soft edges."""
    x0, y0, x1, y1 = box["x0"] - margin, box["y0"] - margin, box["x1"] + margin, box["y1"] + margin
    source = np.asarray(photo.crop((x0, 2 * y0 - y1, x1, y0)).transpose(Image.FLIP_TOP_BOTTOM), np.float32)
    here = np.asarray(photo.crop((x0, y0, x1, y1)), np.float32)
    inside = Image.new("L", (x1 - x0, y1 - y0), 0)
    inside.paste(255, (feather * 2, feather * 2, x1 - x0 - feather * 2, y1 - y0 - feather * 2))
    cover = np.asarray(inside.filter(ImageFilter.GaussianBlur(feather)), np.float32)[..., None] / 255
    frame = cover[..., 0] < 0.1
    lit = source + here[frame].mean(0) - source[frame].mean(0)
    clean = photo.copy()
    clean.paste(Image.fromarray(np.clip(here + cover * (lit - here), 0, 255).round().astype(np.uint8)), (x0, y0))
    return clean


def notebook(ask):
    part = ROOT / "Tools/samples/canvas-stain.png"
    photo = Image.open(part).convert("RGB")
    page = ask.page(part)
    method = page["method"]
    group = method["groups"][0]
    peak = group["points"][0]["position"]
    patch = int(peak["y"] * SIDE / photo.height) * SIDE + int(peak["x"] * SIDE / photo.width)

    # 1. Where does the class token look?
    last = f"{BLOCKS}.{BLOCK_COUNT - 1}.attn.weights"
    weights = ask.tensors(part, "--tap", last)[last][0]
    row("1-attention", [(photo, "the picture")] + [
        (over(photo, np.sqrt(weights[head, 0, 1:].reshape(SIDE, SIDE))), f"head {head}") for head in range(HEADS)])

    # 2. Where did it come from, over all blocks?
    all_weights = ask.tensors(part, "--tap", f"{BLOCKS}.*.attn.weights")
    flow, tiles = np.eye(SIDE * SIDE + 1), []
    for index in range(BLOCK_COUNT):
        mixed = (all_weights[f"{BLOCKS}.{index}.attn.weights"][0].mean(0) + np.eye(len(flow))) / 2
        flow = mixed / mixed.sum(-1, keepdims=True) @ flow
        if index in (0, 1, 2):
            tiles.append((over(photo, np.sqrt(flow[0, 1:].reshape(SIDE, SIDE))), f"to block {index}"))
    row("2-rollout", tiles)

    # 3. Which patches are alike?
    streams = ask.tensors(part, *(word for index in (0, 1, 2) for word in ("--tap", f"{BLOCKS}.{index}")))
    tiles = []
    for index in (0, 1, 2):
        vectors = streams[f"{BLOCKS}.{index}"][0, 1:]
        vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
        tiles.append((over(photo, (vectors @ vectors[patch]).reshape(SIDE, SIDE)), f"behind block {index}"))
    row("3-similarity", tiles)

    # 4. When does the tower see the defect?
    cosines = numbers(page["lens"]["similarities"])
    chances = logistic(page["lens"]["logitScale"] * (cosines[..., 1] - cosines[..., 0]))
    row("4-lens", [(over(photo, chances[stage, 1:].reshape(SIDE, SIDE), low=0, high=1),
                    "before" if stage == 0 else f"block {stage - 1}: {chances[stage, 0]:.2f}") for stage in range(BLOCK_COUNT + 1)], 4)

    # 5. Which head says it?
    texts = page["shares"]["contributions"]
    shares = np.array([
        [b["heads"][head] - a["heads"][head] for head in range(HEADS)] + [b["feedForward"] - a["feedForward"]]
        for a, b in zip(texts[0]["blocks"], texts[1]["blocks"])])
    columns = [f"head {head}" for head in range(HEADS)]
    names = [f"block {index}" for index in range(BLOCK_COUNT)]
    grid_of_numbers("5-heads", shares, columns + ["MLP"], names)

    # 6. And without it?
    plain = ask.probability(part)
    without = np.array([[
        ask.probability(part, "--edit", f"{BLOCKS}.{index}.attn.gathered[0,{head}]=zero") - plain
        for head in range(HEADS)] for index in range(BLOCK_COUNT)])
    print(f"probability of the stain: {plain:.3f}")
    grid_of_numbers("6-without", without, columns, names)

    # 7. Which part carries the defect? Into a picture without it, head by head.
    clean = covered_over(photo, group["region"]["box"])
    covered = ask.folder / "clean.png"
    clean.save(covered)
    donors = ask.folder / "donors.safetensors"
    ask.run(part, "--tap", f"{BLOCKS}.*.attn.gathered", "--tap", f"{BLOCKS}.*.mlp", "--output", donors)
    receiver = ask.probability(covered)
    print(f"probability of the stain without it: {receiver:.3f}")
    carried = np.array([[
        (ask.probability(covered, "--edit", f"{BLOCKS}.{index}.{name}={donors}") - receiver) / (plain - receiver)
        for name in [f"attn.gathered[0,{head}]" for head in range(HEADS)] + ["mlp"]] for index in range(BLOCK_COUNT)])
    grid_of_numbers("7-patching", carried, columns + ["MLP"], names, 2)
    row("7-pictures", [(photo, "with the stain"), (clean, "without")])

    # 8. Where does SAM look for a point?
    point = f"{peak['x']:.0f},{peak['y']:.0f}"
    names = [f"mask_decoder.transformer.{part}.weights" for part in (
        "layers.0.cross_attn_token_to_image", "layers.1.cross_attn_token_to_image", "final_attn_token_to_image")]
    seen = ask.tensors(part, "--model", "sam", "--point", point, *(word for name in names for word in ("--tap", name)))
    tiles = []
    for name, title in zip(names, ("layer 0", "layer 1", "final")):
        # Token 5 is the first point; 1 is the mask's.
        looked = seen[name][0].mean(0)
        side = int(looked.shape[-1] ** 0.5)
        tiles += [(over(photo, np.sqrt(looked[5].reshape(side, side))), f"the point, {title}")]
    tiles.append((over(photo, np.sqrt(looked[1].reshape(side, side))), "the mask, final"))
    row("8-prompt", tiles)

    # 9. What does each point do?
    points = group["points"]
    words = [word for p in points for word in (
        "--point", f"{p['position']['x']:.0f},{p['position']['y']:.0f}" + ("" if p["label"] == "positive" else ",0"))]
    tiles = []
    for index in [None] + list(range(min(3, len(points)))) + [len(points) - 1]:
        edit = [] if index is None else ["--edit", f"prompt_encoder.sparse_embeddings[0,{index}]=zero"]
        masks = ask.tensors(part, "--model", "sam", *words, "--tap", "mask_decoder.masks", *edit)
        logits = masks["mask_decoder.masks"][0, 0]
        title = "all points" if index is None else f"without {points[index]['label']} {index + 1}"
        tiles.append((over(photo, logistic(logits), smooth=True, low=0, high=1), title))
    row("9-points", tiles[:5])

    # 10. How does the map become the mask?
    found = ask.tensors(
        part, "--model", "method", "--object", OBJECT, "--tap", "points.heat", "--tap", "groups.0.*")
    ring = found["groups.0.cost"]
    tiles = [(over(photo, found["points.heat"], low=0, high=1), "heat"),
             (over(photo, found["groups.0.similarity"]), "similarity"),
             (over(photo, np.where(np.isfinite(ring), 1 - ring, 0), low=0, high=1), "ring, 1 - cost")]
    for stage in group["stages"]:
        logits = found[f"groups.0.stages.{stage['stage']}.logits"][stage["chosen"]]
        tiles.append((over(photo, logistic(logits), smooth=True, low=0, high=1), f"stage {stage['stage']}"))
    row("10-method", tiles, 3)


if __name__ == "__main__":
    main()
