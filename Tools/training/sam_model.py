"""The small SAM: segment_anything's parts at a small size, with a convolutional trunk in place of the patch embedding."""

import torch
import torch.nn as nn
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer

import trunk

CONFIG = {"family": "sam", "image_size": 512, "patch": 16, "trunk": trunk.CONFIG, "width": 192, "depth": 3, "heads": 3,
          "window": 8, "global_blocks": [0, 2], "prompt_width": 128, "mask_in_channels": 16, "decoder_mlp": 512,
          "decoder_heads": 8, "decoder_depth": 2, "multimask_outputs": 3, "iou_head_depth": 3, "iou_head_width": 128,
          "mean": [127.0] * 3, "std": [128.0] * 3}


class TrunkEmbedding(nn.Module):
    """Pictures [b, 3, side, side] to tokens [b, side / 16, side / 16, width]."""

    def __init__(self, config: dict):
        super().__init__()
        self.trunk = trunk.Trunk(config["width"], config["patch"], config["trunk"]["taps"])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.trunk(x).permute(0, 2, 3, 1)


class SmallSAM(nn.Module):
    def __init__(self, config: dict = CONFIG):
        super().__init__()
        self.config = config
        side = config["image_size"]
        width = config["prompt_width"]
        grid = side // config["patch"]
        self.grid = grid
        self.image_encoder = ImageEncoderViT(
            img_size=side, patch_size=config["patch"], embed_dim=config["width"], depth=config["depth"],
            num_heads=config["heads"], out_chans=width, norm_layer=lambda channels: nn.LayerNorm(channels, eps=1e-6),
            use_rel_pos=True, window_size=config["window"], global_attn_indexes=config["global_blocks"])
        self.image_encoder.patch_embed = TrunkEmbedding(config)
        nn.init.trunc_normal_(self.image_encoder.pos_embed, std=0.02)
        self.prompt_encoder = PromptEncoder(width, (grid, grid), (side, side), config["mask_in_channels"])
        self.mask_decoder = MaskDecoder(
            transformer_dim=width, num_multimask_outputs=config["multimask_outputs"],
            transformer=TwoWayTransformer(config["decoder_depth"], width, config["decoder_heads"], config["decoder_mlp"]),
            iou_head_depth=config["iou_head_depth"], iou_head_hidden_dim=config["iou_head_width"])

    def decode(self, features: torch.Tensor, points: torch.Tensor, labels: torch.Tensor, box: torch.Tensor | None = None,
               logits: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """All four masks for one prompt a row.

        features: [b, prompt_width, grid, grid]; points: [b, n, 2] (x, y) pixels of the model's frame; labels: [b, n];
        box: [b, 4]; logits: [b, 1, 4 grid, 4 grid]. Returns mask logits [b, 4, 4 grid, 4 grid] and predicted IoU [b, 4].
        The library's decoder repeats one picture's features for many prompts; here every row has its own.
        """
        sparse, dense = self.prompt_encoder((points, labels), box, logits)
        decoder, batch = self.mask_decoder, len(features)
        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight]).expand(batch, -1, -1)
        places = self.prompt_encoder.get_dense_pe().expand(batch, -1, -1, -1)
        tokens, picture = decoder.transformer(features + dense, places, torch.cat([own, sparse], 1))
        upscaled = decoder.output_upscaling(picture.transpose(1, 2).reshape(features.shape))
        kernels = [mlp(tokens[:, 1 + i]) for i, mlp in enumerate(decoder.output_hypernetworks_mlps)]
        masks = torch.einsum("bkc,bchw->bkhw", torch.stack(kernels, 1), upscaled)
        return masks.float(), decoder.iou_prediction_head(tokens[:, 0]).float()


def prepared(pictures: torch.Tensor, config: dict = CONFIG) -> torch.Tensor:
    """Pictures in 0...1, [b, 3, h, w] with sides up to the model's, normalised and padded right and below with zeros."""
    mean, std = (torch.tensor(config[key], device=pictures.device).view(1, 3, 1, 1) for key in ("mean", "std"))
    side = config["image_size"]
    result = pictures.new_zeros(len(pictures), 3, side, side)
    result[..., : pictures.shape[-2], : pictures.shape[-1]] = (pictures * 255 - mean) / std
    return result
