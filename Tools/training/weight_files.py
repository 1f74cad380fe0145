"""Exported weights back into a model: to go on training from them, or to make maps with."""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors import safe_open

from bpe import Tokenizer
from clip_model import SmallCLIP
from ensemble import text_vectors
from sam_model import SmallSAM

TRUNKS = {"clip": "visual.trunk", "sam": "image_encoder.patch_embed.trunk"}


def read(path: pathlib.Path) -> tuple[dict, dict[str, torch.Tensor]]:
    """The description and the tensors, widened to fp32."""
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata()["vitrine.model"]), {name: file.get_tensor(name).float() for name in file.keys()}


def fitted(value: torch.Tensor, shape: torch.Size, name: str) -> torch.Tensor:
    """Positions made for another grid, [1, h, w, c], and tables of relative positions, [n, c], interpolated to this one."""
    if value.shape == shape:
        return value
    if name.endswith("pos_embed"):
        plane = F.interpolate(value.permute(0, 3, 1, 2), size=shape[1:3], mode="bicubic", align_corners=False)
        return plane.permute(0, 2, 3, 1)
    if name.endswith(("rel_pos_h", "rel_pos_w")):
        return F.interpolate(value.T[None], size=shape[0], mode="linear", align_corners=False)[0].T
    raise SystemExit(f"{name} has the shape {tuple(value.shape)} in the file and {tuple(shape)} in the model")


def fill(model: torch.nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Puts the weights into the model. The file's projections hold the trunk's means and deviations already."""
    own = model.state_dict()
    own.update({name: fitted(value, own[name].shape, name) for name, value in tensors.items() if name in own})
    model.load_state_dict(own)


@torch.no_grad()
def clip(path: pathlib.Path, tokenizer: Tokenizer | None = None) -> SmallCLIP:
    """The model of the file. With a tokenizer its two free vectors, which files do not hold, are those of its own texts."""
    config, tensors = read(path)
    model = SmallCLIP(config)
    fill(model, tensors)
    if tokenizer:
        model.anchors.data = torch.stack(text_vectors(model, tokenizer, "surface"))
    return model.eval()


def sam(path: pathlib.Path, config: dict | None = None) -> SmallSAM:
    """The model of the file; `config` may have another frame."""
    described, tensors = read(path)
    model = SmallSAM(config or described)
    fill(model, tensors)
    return model.eval()
