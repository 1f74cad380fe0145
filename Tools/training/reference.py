"""What the exported models compute on generated input, for the Swift tests to compare with."""

import pathlib
import sys

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))

from bpe import Tokenizer
from clip_model import SmallCLIP
from generated_weights import generated_input
from sam_model import SmallSAM

SENTENCES = ["a photo of a flawless magnetic tile.", "a photo of a damaged magnetic tile.",
             "there is the pcb1 with defect in the scene."]


@torch.no_grad()
def clip_values(model: SmallCLIP, tokenizer: Tokenizer) -> dict[str, torch.Tensor]:
    """Token ids [3, 77] and text vectors [3, embed] of SENTENCES; of `generated_input((1, 3, side, side))`, taken as an
    already normalised picture, the image vector [1, embed] and p(abnormal) of the patches [rows, columns] of sentence 2 against 1."""
    side, patch = model.config["image_size"], model.config["patch"]
    ids = tokenizer(SENTENCES)
    texts = model.encode_text(ids)
    tokens = model.visual(generated_input((1, 3, side, side)))
    normal, abnormal = F.normalize(texts[:2], dim=-1)
    probability = model.abnormality(tokens[:, 1:], normal, abnormal).sigmoid()
    return {"token_ids": ids.to(torch.int32), "text_embeddings": texts.contiguous(),
            "image_embedding": tokens[:, 0].contiguous(),
            "probability": probability.view(side // patch, side // patch).contiguous()}


@torch.no_grad()
def sam_values(model: SmallSAM) -> dict[str, torch.Tensor]:
    """Of `generated_input((1, 3, side, side))`, taken as an already normalised picture: the first 8 channels of the
    embedding; all logits' token 0 and the predicted IoU [4] of one positive point; the same again with these logits and a
    box as further prompts. Coordinates are pixels of the model's frame."""
    side = model.config["image_size"]
    features = model.image_encoder(generated_input((1, 3, side, side)))
    point, label = torch.tensor([[[100.0, 140.0]]]), torch.ones(1, 1)
    box = torch.tensor([[60.0, 90.0, 170.0, 200.0]])
    logits, quality = model.decode(features, point, label)
    again, quality_again = model.decode(features, point, label, box, logits[:, :1])
    return {"point": point[0], "box": box, "embedding_channels": features[:, :8].contiguous(),
            "point_logits": logits[0, 0].contiguous(), "point_iou": quality[0].contiguous(),
            "cascade_logits": again[0, 0].contiguous(), "cascade_iou": quality_again[0].contiguous()}
