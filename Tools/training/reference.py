"""What the exported models answer on generated input, for the Swift tests to compare with."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from bpe import Tokenizer
from clip_model import SmallCLIP
from sam_model import SmallSAM

SENTENCES = ["a photo of a flawless magnetic tile.", "a photo of a damaged magnetic tile.",
             "there is the pcb1 with defect in the scene."]


def generated(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Numbers in [-1, 1) that follow from the name alone: FNV-1a seeds SplitMix64, whose top 24 bits make a number."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + (np.arange(math.prod(shape), dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    top = (z >> np.uint64(40)).astype(np.float32)
    return torch.from_numpy(top * np.float32(2**-23) - np.float32(1)).view(shape)


@torch.no_grad()
def clip_values(model: SmallCLIP, tokenizer: Tokenizer, side: int) -> dict[str, torch.Tensor]:
    """Token ids [3, 77] and text vectors [3, embed] of SENTENCES; of `generated("input", [1, 3, side, side])`, taken as an
    already normalised picture, the image vector [1, embed] and p(abnormal) [side/16, side/16] of sentence 2 against 1."""
    ids = tokenizer(SENTENCES)
    texts = model.encode_text(ids)
    tokens = model.visual(generated("input", (1, 3, side, side)))
    normal, abnormal = F.normalize(texts[:2], dim=-1)
    probability = model.abnormality(tokens[:, 1:], normal, abnormal).sigmoid()
    return {"token_ids": ids.to(torch.int32), "text_embeddings": texts.contiguous(),
            "image_embedding": tokens[:, 0].contiguous(),
            "probability": probability.view(side // 16, side // 16).contiguous()}


@torch.no_grad()
def sam_values(model: SmallSAM) -> dict[str, torch.Tensor]:
    """Of `generated("input", [1, 3, 256, 256])`, taken as an already normalised picture: the first 8 channels of the
    embedding; all logits' token 0 and the predicted IoU [4] of one positive point; the same again with these logits and a
    box as further prompts. Coordinates are pixels of the model's frame."""
    features = model.image_encoder(generated("input", (1, 3, 256, 256)))
    point, label = torch.tensor([[[100.0, 140.0]]]), torch.ones(1, 1)
    box = torch.tensor([[60.0, 90.0, 170.0, 200.0]])
    logits, quality = model.decode(features, point, label)
    again, quality_again = model.decode(features, point, label, box, logits[:, :1])
    return {"point": point[0], "box": box, "embedding_channels": features[:, :8].contiguous(),
            "point_logits": logits[0, 0].contiguous(), "point_iou": quality[0].contiguous(),
            "cascade_logits": again[0, 0].contiguous(), "cascade_iou": quality_again[0].contiguous()}
