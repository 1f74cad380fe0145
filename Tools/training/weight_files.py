"""Exported weights back into a model: to go on training from them, or to make maps with."""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors import safe_open

from bpe import Tokenizer
from clip_model import SmallCLIP, Stem
from ensemble import text_vectors
from sam_model import SmallSAM

STEMS = {"clip": "visual.stem", "sam": "image_encoder.patch_embed.stem"}


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


def fill(model: torch.nn.Module, stem: Stem, tensors: dict[str, torch.Tensor], prefix: str) -> None:
    """Puts the weights into the model. The file's convolutions hold the stem's norms, so the norms become the identity and
    stay it: `Stem.settle`."""
    own = model.state_dict()
    own.update({name: fitted(value, own[name].shape, name) for name, value in tensors.items() if name in own})
    model.load_state_dict(own)
    for index, (convolution, norm) in enumerate(zip(stem.convolutions, stem.norms)):
        convolution.weight.data = tensors[f"{prefix}.{index}.weight"].clone()
        norm.weight.data = torch.ones_like(norm.weight)
        norm.bias.data = tensors[f"{prefix}.{index}.bias"].clone()
        norm.running_mean, norm.running_var = torch.zeros_like(norm.bias), torch.ones_like(norm.bias) - norm.eps
    stem.settle()


@torch.no_grad()
def clip(path: pathlib.Path, tokenizer: Tokenizer | None = None) -> SmallCLIP:
    """The model of the file. With a tokenizer its two free vectors, which files do not hold, are those of its own texts."""
    config, tensors = read(path)
    model = SmallCLIP(config)
    fill(model, model.visual.stem, tensors, STEMS["clip"])
    if tokenizer:
        model.anchors.data = torch.stack(text_vectors(model, tokenizer, "surface"))
    return model.eval()


def sam(path: pathlib.Path, config: dict | None = None) -> SmallSAM:
    """The model of the file; `config` may have another frame."""
    described, tensors = read(path)
    model = SmallSAM(config or described)
    fill(model, model.image_encoder.patch_embed.stem, tensors, STEMS["sam"])
    return model.eval()


def sam_from_clip(path: pathlib.Path, sam_path: pathlib.Path, config: dict) -> SmallSAM:
    """A SAM whose encoder is the small CLIP's image tower, which knows what defects look like; the rest is from `sam_path`.

    Both towers have the same blocks, but CLIP has a norm before the first one. It is folded into the last convolution, with
    one deviation for all patches in place of each patch's own, taken from a grey picture with noise.
    """
    described, tower = read(path)
    _, rest = read(sam_path)
    own = clip(path).visual
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        noise = (0.3 * torch.randn(4, 3, 256, 256, generator=generator)).cumsum(3) * 0.2
        patches = own.stem(noise).flatten(2).transpose(1, 2) + own.positions(16, 16)[1:]
        deviation = (patches - patches.mean(2, keepdim=True)).square().mean(2).sqrt().mean()
    scale = own.ln_pre.weight.data / deviation
    centre = torch.eye(len(scale)) - 1 / len(scale)
    last = len(described["stem"]) - 1
    tensors = {name: value for name, value in rest.items() if not name.startswith(("image_encoder.patch_embed",
               "image_encoder.blocks", "image_encoder.pos_embed", "image_encoder.neck.0"))}
    for index in range(last + 1):
        for part in ("weight", "bias"):
            tensors[f"{STEMS['sam']}.{index}.{part}"] = tower[f"{STEMS['clip']}.{index}.{part}"]
    # SAM's pictures are normalised with other numbers than CLIP's.
    mean, std = (torch.tensor(config[key]) / 255 for key in ("mean", "std"))
    ours, theirs = torch.tensor(described["mean"]), torch.tensor(described["std"])
    first = tensors[f"{STEMS['sam']}.0.weight"]
    tensors[f"{STEMS['sam']}.0.bias"] += (first * ((mean - ours) / theirs).view(1, 3, 1, 1)).sum((1, 2, 3))
    tensors[f"{STEMS['sam']}.0.weight"] = first * (std / theirs).view(1, 3, 1, 1)
    weight = tensors[f"{STEMS['sam']}.{last}.weight"]
    tensors[f"{STEMS['sam']}.{last}.weight"] = scale[:, None, None, None] * torch.einsum("oc,cikl->oikl", centre, weight)
    tensors[f"{STEMS['sam']}.{last}.bias"] = scale * (centre @ tensors[f"{STEMS['sam']}.{last}.bias"])
    grid = config["image_size"] // config["patch"]
    places = own.positions(grid, grid)[1:].detach() @ centre.T * scale + own.ln_pre.bias.data
    tensors["image_encoder.pos_embed"] = places.view(1, grid, grid, -1)
    names = {"ln_1": "norm1", "ln_2": "norm2", "attn.in_proj_": "attn.qkv.", "attn.out_proj": "attn.proj",
             "mlp.c_fc": "mlp.lin1", "mlp.c_proj": "mlp.lin2"}
    for name, value in tower.items():
        if name.startswith("visual.transformer.resblocks."):
            name = name.replace("visual.transformer.resblocks.", "image_encoder.blocks.")
            for theirs_name, our_name in names.items():
                name = name.replace(theirs_name, our_name)
            tensors[name] = value
    model = SmallSAM(config)
    fill(model, model.image_encoder.patch_embed.stem, tensors, STEMS["sam"])
    return model.eval()
