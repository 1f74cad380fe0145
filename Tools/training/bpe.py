"""Byte-pair encoding as CLIP does it: learning merges, and turning sentences into token ids."""

import collections
import html
import pathlib
import unicodedata
from collections.abc import Callable

import torch


def byte_table() -> list[tuple[int, str]]:
    """Every byte with a printable character that stands for it, in the order of the vocabulary."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in own]
    return [(b, chr(b)) for b in own] + [(b, chr(256 + i)) for i, b in enumerate(rest)]


def pieces(text: str) -> list[str]:
    """Words of lower-cased text: contractions, letter runs, single numbers, runs of other marks."""
    text = " ".join(html.unescape(html.unescape(text)).split()).lower()
    found, position = [], 0

    def kind(character: str) -> str:
        return "space" if character.isspace() else unicodedata.category(character)[0] if (
            unicodedata.category(character)[0] in "LN") else "mark"

    while position < len(text):
        contraction = next((c for c in ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d") if text.startswith(c, position)), None)
        end = position + (len(contraction) if contraction else 1)
        first = kind(text[position])
        while not contraction and first in ("L", "mark") and end < len(text) and kind(text[end]) == first:
            end += 1
        if first != "space":
            found.append(text[position:end])
        position = end
    return found


def learn_merges(words: dict[str, int], count: int, tie: Callable = max) -> list[tuple[str, str]]:
    """The `count` most frequent pairs, one after the other, each joined before the next is sought.

    `words` says how often each word occurs; `tie` picks one of several pairs that are equally frequent.
    """
    symbol = dict(byte_table())
    split = {}
    for word, times in words.items():
        letters = [symbol[byte] for byte in word.encode()]
        split[tuple(letters[:-1] + [letters[-1] + "</w>"])] = times
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for word, times in split.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        if not pairs:
            break
        highest = max(pairs.values())
        best = tie(pair for pair, times in pairs.items() if times == highest)
        merges.append(best)
        split = {tuple(joined(word, best)): times for word, times in split.items()}
    return merges


def joined(word, pair: tuple[str, str]) -> list[str]:
    """The word with every occurrence of the pair made one symbol, left to right."""
    result, index = [], 0
    while index < len(word):
        if index + 1 < len(word) and (word[index], word[index + 1]) == pair:
            result.append(word[index] + word[index + 1])
            index += 2
        else:
            result.append(word[index])
            index += 1
    return result


class Tokenizer:
    """Sentences to rows of ids: start, pieces, end, then zeros."""

    def __init__(self, merges: list[tuple[str, str]]):
        symbols = [symbol for _, symbol in byte_table()]
        vocabulary = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(pair) for pair in merges]
        self.ids = {symbol: index for index, symbol in enumerate(vocabulary)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.start = len(vocabulary)
        self.end = self.start + 1
        self.symbol = dict(byte_table())
        self.known = {}

    @staticmethod
    def read(path: pathlib.Path) -> "Tokenizer":
        lines = path.read_text(encoding="utf-8").splitlines()
        return Tokenizer([tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")])

    def word(self, piece: str) -> list[int]:
        if piece not in self.known:
            word = [self.symbol[byte] for byte in piece.encode()]
            word[-1] += "</w>"
            while len(word) > 1:
                best = min(zip(word, word[1:]), key=lambda pair: self.ranks.get(pair, 1 << 30))
                if best not in self.ranks:
                    break
                word = joined(word, best)
            self.known[piece] = [self.ids[symbol] for symbol in word]
        return self.known[piece]

    def __call__(self, sentences: list[str], context: int = 77) -> torch.Tensor:
        """Ids [sentences, context]; what is too long is cut and still ends with the end token."""
        rows = torch.zeros(len(sentences), context, dtype=torch.long)
        for row, text in zip(rows, sentences):
            ids = [self.start, *(i for piece in pieces(text) for i in self.word(piece)), self.end]
            if len(ids) > context:
                ids = ids[: context - 1] + [self.end]
            row[: len(ids)] = torch.tensor(ids)
        return rows
