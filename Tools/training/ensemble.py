"""The text vectors that a map is made with: the mean over every template and state, each sentence of unit length."""

import torch
import torch.nn.functional as F

from bpe import Tokenizer
from clip_model import SmallCLIP

NORMAL = ["{}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage"]
ABNORMAL = ["damaged {}", "broken {}", "{} with flaw", "{} with defect", "{} with damage"]
TEMPLATES = ["a bad photo of a {}.", "a low resolution photo of the {}.", "a bad photo of the {}.", "a cropped photo of the {}.",
             "a bright photo of a {}.", "a dark photo of the {}.", "a photo of my {}.", "a photo of the cool {}.",
             "a close-up photo of a {}.", "a black and white photo of the {}.", "a blurry photo of the {}.",
             "a photo of the {}.", "a good photo of the {}.", "a photo of one {}.", "a photo of a large {}.",
             "there is a {} in the scene.", "this is the {} in the scene.", "a photo of the small {}."]


@torch.no_grad()
def state_vector(model: SmallCLIP, tokenizer: Tokenizer, sentences: list[str]) -> torch.Tensor:
    """The unit vector [embed] of a state that these sentences describe."""
    vectors = F.normalize(model.encode_text(tokenizer(sentences)), dim=-1)
    return F.normalize(vectors.mean(0), dim=-1)


def text_vectors(model: SmallCLIP, tokenizer: Tokenizer, name: str) -> list[torch.Tensor]:
    """Unit vectors [embed] of the normal and of the abnormal state of an object."""
    return [state_vector(model, tokenizer, [t.format(state.format(name)) for state in states for t in TEMPLATES])
            for states in (NORMAL, ABNORMAL)]
