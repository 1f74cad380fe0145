"""Exported weights back into a model: to go on training from them, or to make maps with."""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors import safe_open

from bpe import Tokenizer
from clip_model import SmallCLIP
from ensemble import text_vectors
from sam_model import SmallSAM, prepared

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


def sam(path: pathlib.Path, side: int | None = None) -> SmallSAM:
    """The model of the file, for its own frame or for another `side`."""
    config, tensors = read(path)
    model = SmallSAM(config | ({"image_size": side} if side else {}))
    fill(model, tensors)
    return model.eval()


@torch.no_grad()
def sam_from_clip(path: pathlib.Path, before: SmallSAM, pictures: torch.Tensor) -> SmallSAM:
    """A SAM whose encoder starts as the small CLIP's image tower, which knows what defects look like; the rest is that of
    `before`.

    Both towers have the same blocks and take the same input, but CLIP has a norm before the first block. It is folded into the
    trunk's projections, with one deviation for all patches in place of each patch's own. The neck's first layer is fitted so
    that the decoder finds what it is used to. Deviation and fit are taken from `pictures` [b, 3, side, side] in 0...1.
    """
    _, tower = read(path)
    own, config = clip(path).visual, before.config
    inputs = prepared(pictures, config)
    grid = config["image_size"] // config["patch"]
    places = own.positions(grid, grid)[1:]
    patches = own.trunk(inputs).flatten(2).transpose(1, 2) + places
    deviation = (patches - patches.mean(2, keepdim=True)).square().mean(2).sqrt().mean()
    fold = (own.ln_pre.weight / deviation)[:, None] * (torch.eye(len(own.ln_pre.weight)) - 1 / len(own.ln_pre.weight))
    tensors = {name: value for name, value in before.state_dict().items() if not name.startswith(
        ("image_encoder.patch_embed", "image_encoder.blocks", "image_encoder.pos_embed", "image_encoder.neck.0"))}
    names = {"ln_1": "norm1", "ln_2": "norm2", "attn.in_proj_": "attn.qkv.", "attn.out_proj": "attn.proj",
             "mlp.c_fc": "mlp.lin1", "mlp.c_proj": "mlp.lin2"}
    for name, value in tower.items():
        if name.startswith(TRUNKS["clip"]):
            if ".laterals." in name:
                value = torch.einsum("ij,j...->i...", fold, value)
            tensors[name.replace(TRUNKS["clip"], TRUNKS["sam"])] = value
        elif name.startswith("visual.transformer.resblocks."):
            name = name.replace("visual.transformer.resblocks.", "image_encoder.blocks.")
            for theirs, ours in names.items():
                name = name.replace(theirs, ours)
            tensors[name] = value
    tensors["image_encoder.pos_embed"] = (places @ fold.T + own.ln_pre.bias).view(1, grid, grid, -1)
    model = SmallSAM(config | {"global_blocks": list(range(config["depth"]))})
    fill(model, tensors)

    def tokens(encoder: torch.nn.Module) -> torch.Tensor:
        x = encoder.patch_embed(inputs) + encoder.pos_embed
        for block in encoder.blocks:
            x = block(x)
        return x.flatten(0, 2)

    wanted = tokens(before.image_encoder) @ before.image_encoder.neck[0].weight[:, :, 0, 0].T
    fitted_weight = torch.linalg.lstsq(tokens(model.image_encoder), wanted).solution.T
    model.image_encoder.neck[0].weight.copy_(fitted_weight[:, :, None, None])
    return model.eval()
