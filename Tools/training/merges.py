"""Learns the tokenizer's merges on the project's own sentences and writes them, one pair a line."""

import argparse
import collections
import pathlib

import bpe
import words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, default="Weights/small/merges.txt")
    parser.add_argument("--count", type=int, default=900)
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    occurrences = collections.Counter(piece for line in words.corpus() for piece in bpe.pieces(line))
    lines = [f"{first} {second}\n" for first, second in bpe.learn_merges(occurrences, options.count)]
    options.output.write_text("#version: 0.2\n" + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
