"""The small SAM: segment-anything's own modules at a small size, with a convolutional stem for the patch embedding."""
import torch
import torch.nn as nn
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer

from model import Stem

CONFIGURATION = {
    "family": "sam", "image_size": 256, "patch": 8, "stem": [32, 64, 128], "width": 128, "depth": 6, "heads": 4, "window": 8,
    "global_blocks": [2, 5], "prompt_width": 128, "mask_in_channels": 16, "decoder_mlp": 512, "decoder_heads": 8,
    "decoder_depth": 2, "multimask_outputs": 3, "iou_head_depth": 3, "iou_head_width": 128,
    "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375],
}


class StemEmbedding(nn.Module):
    """[batch, 3, side, side] to [batch, side / patch, side / patch, width], as the encoder's blocks take it."""

    def __init__(self, channels):
        super().__init__()
        self.stem = Stem(channels)

    def forward(self, x):
        return self.stem(x).permute(0, 2, 3, 1)


class SmallSAM(nn.Module):
    def __init__(self, c=CONFIGURATION):
        super().__init__()
        self.configuration = c
        grid = c["image_size"] // c["patch"]
        self.image_encoder = ImageEncoderViT(
            img_size=c["image_size"], patch_size=c["patch"], embed_dim=c["width"], depth=c["depth"], num_heads=c["heads"],
            out_chans=c["prompt_width"], use_rel_pos=True, window_size=c["window"], global_attn_indexes=c["global_blocks"],
            norm_layer=lambda width: nn.LayerNorm(width, eps=1e-6))
        self.image_encoder.patch_embed = StemEmbedding(c["stem"])
        nn.init.trunc_normal_(self.image_encoder.pos_embed, std=0.02)
        self.prompt_encoder = PromptEncoder(c["prompt_width"], (grid, grid), (c["image_size"],) * 2, c["mask_in_channels"])
        self.mask_decoder = MaskDecoder(
            transformer_dim=c["prompt_width"],
            transformer=TwoWayTransformer(c["decoder_depth"], c["prompt_width"], c["decoder_heads"], c["decoder_mlp"]),
            num_multimask_outputs=c["multimask_outputs"], iou_head_depth=c["iou_head_depth"], iou_head_hidden_dim=c["iou_head_width"])

    def encode(self, pictures):
        """pictures: [batch, 3, side, side] in 0...1. Returns [batch, prompt_width, grid, grid]."""
        mean = torch.tensor(self.configuration["mean"]).view(1, 3, 1, 1)
        std = torch.tensor(self.configuration["std"]).view(1, 3, 1, 1)
        return self.image_encoder((pictures * 255 - mean) / std)

    def decode(self, embeddings, points, labels, boxes=None, masks=None):
        """One prompt a picture. points: [batch, n, 2] (x, y), labels: [batch, n], boxes: [batch, 4], masks: [batch, 1, low, low].

        Returns logits [batch, 4, low, low] and predicted IoU [batch, 4]; the reference decoder takes one picture a call,
        so its parts are driven from here.
        """
        decoder = self.mask_decoder
        sparse, dense = self.prompt_encoder((points, labels), boxes, masks)
        batch = len(embeddings)
        tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])[None].expand(batch, -1, -1)
        tokens = torch.cat([tokens, sparse], 1)
        positions = self.prompt_encoder.get_dense_pe().expand(batch, -1, -1, -1)
        tokens, image = decoder.transformer(embeddings + dense, positions, tokens)
        count = decoder.num_mask_tokens
        image = image.transpose(1, 2).reshape(embeddings.shape)
        image = decoder.output_upscaling(image)
        weights = torch.stack([mlp(tokens[:, 1 + i]) for i, mlp in enumerate(decoder.output_hypernetworks_mlps)], 1)
        logits = (weights @ image.flatten(2)).view(batch, count, *image.shape[-2:])
        return logits, decoder.iou_prediction_head(tokens[:, 0])
