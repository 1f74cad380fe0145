"""The small CLIP: open_clip's layout, with a convolutional trunk in place of the patch embedding."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

import trunk

CONFIG = {"family": "clip", "image_size": 448, "train_grid": 20, "patch": 16, "trunk": trunk.CONFIG,
          "vision_width": 192, "vision_layers": 3, "vision_heads": 3, "embed": 128, "activation": "gelu",
          "text_width": 128, "text_heads": 2, "text_layers": 3, "context": 77, "mean": [0.498] * 3, "std": [0.502] * 3,
          "resize": "squash", "dense": "projected-last-layer"}


class Attention(nn.Module):
    """Self-attention with open_clip's key names."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.randn(3 * width, width) * width**-0.5)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: torch.Tensor, causal: bool) -> torch.Tensor:
        batch, tokens, width = x.shape
        packed = F.linear(x, self.in_proj_weight, self.in_proj_bias).view(batch, tokens, 3, self.heads, -1)
        q, k, v = packed.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})

    def forward(self, x: torch.Tensor, causal: bool) -> torch.Tensor:
        x = x + self.attn(self.ln_1(x), causal)
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))


class Transformer(nn.Module):
    def __init__(self, width: int, layers: int, heads: int):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, heads) for _ in range(layers))

    def forward(self, x: torch.Tensor, causal: bool = False) -> torch.Tensor:
        for block in self.resblocks:
            x = block(x, causal)
        return x


class Vision(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["vision_width"]
        self.grid = config["train_grid"]
        self.trunk = trunk.Trunk(width, config["patch"], config["trunk"]["taps"])
        self.class_embedding = nn.Parameter(torch.randn(width) * 0.02)
        self.positional_embedding = nn.Parameter(torch.randn(self.grid**2 + 1, width) * 0.02)
        self.ln_pre = nn.LayerNorm(width)
        self.ln_post = nn.LayerNorm(width)
        self.transformer = Transformer(width, config["vision_layers"], config["vision_heads"])
        self.proj = nn.Parameter(torch.randn(width, config["embed"]) * width**-0.5)

    def positions(self, rows: int, columns: int) -> torch.Tensor:
        """Position embedding for another grid, [1 + rows * columns, width], as open_clip resizes it."""
        if (rows, columns) == (self.grid, self.grid):
            return self.positional_embedding
        plane = self.positional_embedding[1:].T.reshape(1, -1, self.grid, self.grid)
        plane = F.interpolate(plane, size=(rows, columns), mode="bicubic", antialias=True, align_corners=False)
        return torch.cat([self.positional_embedding[:1], plane.flatten(2)[0].T])

    def both_ends(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Normalised pictures [b, 3, h, w] to projected tokens [b, 1 + patches, embed], the class token first, and what the
        trunk gave for the patches, [b, patches, width]."""
        x = self.trunk(x)
        rows, columns = x.shape[-2:]
        patches = x.flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), patches], 1)
        x = self.transformer(self.ln_pre(x + self.positions(rows, columns)))
        return self.ln_post(x) @ self.proj, patches

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.both_ends(x)[0]


class SmallCLIP(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.config = config
        width = config["text_width"]
        self.visual = Vision(config)
        self.token_embedding = nn.Embedding(config["vocabulary"], width)
        self.positional_embedding = nn.Parameter(torch.randn(config["context"], width) * 0.01)
        self.transformer = Transformer(width, config["text_layers"], config["text_heads"])
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.randn(width, config["embed"]) * width**-0.5)
        # Two free vectors, for normal and abnormal. The patches learn against them, and the text tower learns to reach
        # them. Sentences of the two kinds differ in one word, so at the start the tower gives nearly the same vector for both.
        self.anchors = nn.Parameter(torch.randn(2, config["embed"]))
        # Classifies patches by the trunk alone, so that its projections learn before attention is of any use.
        self.early_judge = nn.Linear(config["vision_width"], 1)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def encode_text(self, ids: torch.Tensor) -> torch.Tensor:
        """Token ids [n, context] to text vectors [n, embed], not normalised."""
        ends = ids.argmax(1)
        ids = ids[:, : int(ends.max()) + 1]
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        x = self.ln_final(self.transformer(x, causal=True))
        return x[torch.arange(len(ids)), ends] @ self.text_projection

    def abnormality(self, tokens: torch.Tensor, normal: torch.Tensor, abnormal: torch.Tensor) -> torch.Tensor:
        """Logit of p(abnormal), [b, n], of tokens [b, n, embed] against unit text vectors [embed] or [b, embed]."""
        difference = (abnormal - normal).expand(len(tokens), -1)
        return self.logit_scale.exp() * (F.normalize(tokens.float(), dim=-1) * difference[:, None]).sum(-1)


def prepared(pictures: torch.Tensor, config: dict = CONFIG) -> torch.Tensor:
    """Pictures in 0...1, [b, 3, h, w], normalised as the metadata says."""
    mean, std = (torch.tensor(config[key], device=pictures.device).view(1, 3, 1, 1) for key in ("mean", "std"))
    return (pictures - mean) / std
