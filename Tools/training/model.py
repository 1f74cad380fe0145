"""The small CLIP: open_clip's names for the weights, with a stack of stride-2 convolutions in place of the patch embedding."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    """A pre-norm transformer block. x: [batch, tokens, width]."""

    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", nn.GELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.heads = heads

    def forward(self, x, causal=False):
        b, n, w = x.shape
        qkv = F.linear(self.ln_1(x), self.attn.in_proj_weight, self.attn.in_proj_bias)
        q, k, v = qkv.view(b, n, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).reshape(b, n, w)
        x = x + self.attn.out_proj(mixed)
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads):
        super().__init__()
        self.resblocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])

    def forward(self, x, causal=False):
        for block in self.resblocks:
            x = block(x, causal)
        return x


class Stem(nn.ModuleList):
    """3x3 convolutions of stride 2, each but the last followed by batch norm and GELU."""

    def __init__(self, channels):
        layers = []
        for before, after in zip([3] + channels[:-1], channels):
            layers.append(nn.ModuleDict({"conv": nn.Conv2d(before, after, 3, 2, 1), "norm": nn.BatchNorm2d(after)}))
        super().__init__(layers)

    def forward(self, x):
        for index, layer in enumerate(self):
            x = layer["norm"](layer["conv"](x))
            if index + 1 < len(self):
                x = F.gelu(x)
        return x

    def folded(self, prefix):
        """Convolutions with their batch norms folded in: {prefix.i.weight, prefix.i.bias}."""
        out = {}
        for index, layer in enumerate(self):
            norm, conv = layer["norm"], layer["conv"]
            factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            out[f"{prefix}.{index}.weight"] = conv.weight * factor[:, None, None, None]
            out[f"{prefix}.{index}.bias"] = (conv.bias - norm.running_mean) * factor + norm.bias
        return out


class Vision(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["vision_width"]
        self.stem = Stem(c["stem"])
        self.class_embedding = nn.Parameter(0.02 * torch.randn(width))
        self.positional_embedding = nn.Parameter(0.02 * torch.randn(1 + c["train_grid"] ** 2, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, c["vision_layers"], c["vision_heads"])
        self.proj = nn.Parameter(width**-0.5 * torch.randn(width, c["embed"]))
        self.grid = c["train_grid"]

    def positions(self, height, width):
        """[1 + height * width, channels]: the grid resized as open_clip does it."""
        table = self.positional_embedding
        if (height, width) == (self.grid, self.grid):
            return table
        grid = table[1:].view(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(height, width), mode="bicubic", antialias=True, align_corners=False)
        return torch.cat([table[:1], grid.permute(0, 2, 3, 1).reshape(height * width, -1)])

    def forward(self, x):
        """x: normalised [batch, 3, h, w]. Returns class [batch, embed] and patches [batch, tokens, embed], unit length."""
        x = self.stem(x)
        b, c, h, w = x.shape
        x = torch.cat([self.class_embedding.expand(b, 1, c), x.flatten(2).transpose(1, 2)], 1) + self.positions(h, w)
        x = self.ln_post(self.transformer(self.ln_pre(x))) @ self.proj
        x = F.normalize(x, dim=-1)
        return x[:, 0], x[:, 1:]


class SmallCLIP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.configuration = c
        width = c["text_width"]
        self.visual = Vision(c)
        self.token_embedding = nn.Embedding(c["vocabulary"], width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(c["context"], width))
        self.transformer = Transformer(width, c["text_layers"], c["text_heads"])
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(width**-0.5 * torch.randn(width, c["embed"]))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def encode_text(self, ids):
        """ids: [n, context]. Returns unit vectors [n, embed]."""
        end = ids.argmax(-1)
        ids = ids[:, : int(end.max()) + 1]
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        x = self.ln_final(self.transformer(x, causal=True))
        return F.normalize(x[torch.arange(len(x)), end] @ self.text_projection, dim=-1)

    def normalise(self, pictures):
        """0...1 pictures to what the stem takes."""
        mean = torch.tensor(self.configuration["mean"]).view(1, 3, 1, 1)
        return (pictures - mean) / torch.tensor(self.configuration["std"]).view(1, 3, 1, 1)
