"""The pieces of work that are compared: models of the reference libraries with generated weights, and their inputs.

A work is made of graphs (torch modules with example inputs) and of a function that runs them in order. An engine
compiles the graphs its own way; the order of running is the same for all.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fixtures"))
from generated_weights import fill, generated_input  # noqa: E402


@dataclass
class Graph:
    module: torch.nn.Module
    inputs: dict  # name -> numpy array
    outputs: list  # names


@dataclass
class Work:
    name: str
    title: str
    kind: str  # what the runner calls it
    graphs: dict  # name -> Graph
    run: Callable  # {name: compiled} -> {name: array}
    state: dict  # weights under the names that the runner's checkpoint takes
    inputs: dict  # name -> array, as the runner takes them
    gflop: float = 0.0  # arithmetic of one run without padding, 1e9
    batch: int = 1
    rounds: int = 7
    notes: list = field(default_factory=list)


class Picture(torch.nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.visual = clip.visual

    def forward(self, pixels):
        return self.visual(pixels)


class Text(torch.nn.Module):
    def __init__(self, clip):
        super().__init__()
        self.clip = clip

    def forward(self, tokens):
        return self.clip.encode_text(tokens)


def clip_layers(name, side=None):
    """A model of open_clip with OpenAI's activation, with whatever values its layers begin with."""
    import open_clip

    config = open_clip.get_model_config(name)
    config["quick_gelu"] = True
    if side:
        config["vision_cfg"]["image_size"] = side
    vision, text = open_clip.CLIPVisionCfg(**config["vision_cfg"]), open_clip.CLIPTextCfg(**config["text_cfg"])
    return open_clip.CLIP(embed_dim=config["embed_dim"], vision_cfg=vision, text_cfg=text, quick_gelu=True)


def clip_model(name, side=None):
    return fill(clip_layers(name, side))


def clip_gflop(clip, side, batch):
    visual = clip.visual
    width, depth = visual.conv1.weight.shape[0], len(visual.transformer.resblocks)
    patch = visual.conv1.weight.shape[-1]
    tokens = (side // patch) ** 2 + 1
    block = 24 * tokens * width * width + 4 * tokens * tokens * width
    first = 2 * (tokens - 1) * 3 * patch * patch * width
    # Only the class token is used: the last block needs just the keys and values of the other tokens.
    unread = (tokens - 1) * (20 * width * width + 4 * tokens * width)
    return batch * (depth * block - unread + first + 2 * width * visual.proj.shape[1]) / 1e9


def picture_work(name, title, model, side, batch, rounds=7):
    clip = clip_model(model, side)
    pixels = generated_input((batch, 3, side, side)).numpy()
    graph = Graph(Picture(clip), {"pixels": pixels}, ["embedding"])
    return Work(
        name, title, "clip-image", {"graph": graph}, lambda fn: {"embedding": fn["graph"](pixels)[0]},
        clip.state_dict(), {"pixels": pixels}, clip_gflop(clip, side, batch), batch, rounds)


def text_work(name, title, count, rounds=7):
    clip = clip_model("ViT-B-16")
    generator = np.random.default_rng(5)
    tokens = np.zeros((count, 77), dtype=np.int64)
    for row in tokens:
        length = int(generator.integers(7, 13))
        row[0] = 49406
        row[1:1 + length] = generator.integers(1, 49000, length)
        row[1 + length] = 49407
    graph = Graph(Text(clip), {"tokens": tokens}, ["embedding"])
    return Work(
        name, title, "clip-text", {"graph": graph}, lambda fn: {"embedding": fn["graph"](tokens)[0]},
        clip.state_dict(), {"tokens": tokens.astype(np.float32)}, 0, count, rounds)


def encoder_work(name, title, model, batch, gflop, rounds):
    pixels = generated_input((batch, 3, 1024, 1024)).numpy()
    graph = Graph(model.image_encoder, {"pixels": pixels}, ["embedding"])
    return Work(
        name, title, "sam-encoder", {"graph": graph}, lambda fn: {"embedding": fn["graph"](pixels)[0]},
        model.state_dict(), {"pixels": pixels}, gflop * batch, batch, rounds)


def sam_vit_b():
    from segment_anything import sam_model_registry

    return fill(sam_model_registry["vit_b"]())


def mobile_sam():
    from mobile_sam import sam_model_registry

    model = fill(sam_model_registry["vit_t"]())
    state = model.state_dict()
    for name, tensor in state.items():
        if name.endswith("running_var"):
            tensor.abs_().add_(0.5)
    model.load_state_dict(state)
    return model.eval()


class Decoder(torch.nn.Module):
    """One stage of the cascade: one mask, enlarged to the picture, as SAM's predictor does it."""

    def __init__(self, sam, has_mask, has_box):
        super().__init__()
        self.sam = sam
        self.has_mask = has_mask
        self.has_box = has_box

    def forward(self, features, points, labels, mask=None, box=None):
        encoder = self.sam.prompt_encoder
        sparse, dense = encoder(
            points=(points, labels), boxes=box if self.has_box else None, masks=mask if self.has_mask else None)
        low, _ = self.sam.mask_decoder(
            image_embeddings=features, image_pe=encoder.get_dense_pe(), sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense, multimask_output=False)
        return low, torch.nn.functional.interpolate(low, (1024, 1024), mode="bilinear", align_corners=False)


def decoder_work(name, title, stages, rounds=7):
    sam = sam_vit_b()
    features = generated_input((1, 256, 64, 64), name="features").numpy()
    points = np.array([[[300, 400], [350, 420], [320, 480], [600, 600], [100, 200], [700, 300]]], dtype=np.float32)
    labels = np.array([[1, 1, 1, 0, 0, 0]], dtype=np.float32)
    mask = np.zeros((1, 1, 256, 256), dtype=np.float32)
    box = np.array([[100, 100, 500, 500]], dtype=np.float32)
    base = {"features": features, "points": points, "labels": labels}
    kinds = [{}, {"mask": mask}, {"mask": mask, "box": box}][:stages]
    graphs = {
        f"stage{index + 1}": Graph(
            Decoder(sam, "mask" in more, "box" in more), {**base, **more}, ["low", "enlarged"])
        for index, more in enumerate(kinds)
    }

    def run(fn):
        results = {}
        low = large = None
        for stage in range(1, stages + 1):
            arguments = [features, points, labels]
            if stage > 1:
                arguments.append(low)
            if stage > 2:
                rows, columns = np.nonzero(large[0, 0] > 0)
                corners = [columns.min(), rows.min(), columns.max(), rows.max()] if rows.size else [0, 0, 1023, 1023]
                arguments.append(np.array([corners], dtype=np.float32))
            low, large = fn[f"stage{stage}"](*arguments)
            results[f"low.{stage}"], results[f"mask.{stage}"] = low[0, 0], large[0, 0]
        return results

    rows = np.concatenate([points[0], labels[0][:, None]], axis=1)
    return Work(
        name, title, "sam-decoder" if stages == 1 else "sam-cascade", graphs, run, sam.state_dict(),
        {"features": features[0], "points": rows}, 0, 1, rounds)


def sam_b_gflop():
    """The image encoder of ViT-B. Of the padding in windows over an edge, only the keys are counted."""
    tokens, width = 64 * 64, 768
    blocks = 12 * 24 * tokens * width * width
    everywhere = 4 * (4 * tokens * tokens * width + 2 * tokens * width * 2 * 64)
    windows = 8 * (4 * tokens * 14 * 14 * width + 2 * tokens * width * 2 * 14)
    patches = 2 * tokens * 3 * 16 * 16 * width
    neck = 2 * tokens * 256 * (width + 9 * 256)
    return (blocks + everywhere + windows + patches + neck) / 1e9


MOBILE_SAM_GFLOP = 80.0

# name -> (makes the work for a batch size, batch sizes)
WORKS = {
    "clip-b32": (lambda b: picture_work("clip-b32", "CLIP ViT-B/32, 224 px", "ViT-B-32", 224, b), (1, 8)),
    "clip-b16": (lambda b: picture_work("clip-b16", "CLIP ViT-B/16, 224 px", "ViT-B-16", 224, b), (1, 8)),
    "clip-l14-336": (
        lambda b: picture_work("clip-l14-336", "CLIP ViT-L/14, 336 px", "ViT-L-14-336", 336, b, 5), (1, 8)),
    "clip-l14-518": (
        lambda b: picture_work("clip-l14-518", "CLIP ViT-L/14, 518 px", "ViT-L-14-336", 518, b, 5), (1,)),
    "text-1": (lambda b: text_work("text-1", "CLIP text, one prompt", 1), (1,)),
    "text-420": (lambda b: text_work("text-420", "CLIP text, 420 prompts", 420, 3), (1,)),
    "sam-b": (
        lambda b: encoder_work("sam-b", "SAM ViT-B encoder, 1024 px", sam_vit_b(), b, sam_b_gflop(), 3), (1,)),
    "mobile-sam": (
        lambda b: encoder_work(
            "mobile-sam", "MobileSAM encoder, 1024 px", mobile_sam(), b, MOBILE_SAM_GFLOP, 5), (1, 8)),
    "decoder": (lambda b: decoder_work("decoder", "SAM decoder, one stage", 1), (1,)),
    "cascade": (lambda b: decoder_work("cascade", "CPS cascade, one group", 3), (1,)),
}
