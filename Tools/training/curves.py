"""Keeps the logs of trainings in one table, and draws their curves; see README.md."""

import argparse
import csv
import pathlib
import re

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot

EVERY = 100  # steps of a log between two kept rows; a run's last line is always kept
COLUMNS = ("run", "step", "pictures", "rate", "measure", "value")
# What is drawn, a panel each: its title, and the measures of the log that it shows.
PANELS = {"CLIP: focal loss and Dice loss of the patches": ("focal", "dice"),
          "CLIP: losses of picture and caption": ("picture", "caption"),
          "SAM: IoU of the three stages": ("first", "second", "third"),
          "SAM: predicted IoU on and beside a defect": ("trust", "trust-nothing")}
LINE = re.compile(r"step (\d+) pictures (\d+) \d+s rate (\S+) (.+)")


def rows(name: str, log: pathlib.Path, every: int = EVERY) -> list[tuple[str, ...]]:
    """What a training printed, thinned to a line in `every` steps."""
    found = [match.groups() for match in map(LINE.fullmatch, log.read_text().splitlines()) if match]
    if not found:
        raise SystemExit(f"{log} has no line of a training, such as: step 25 pictures 296 31s rate 1.9e-04 focal 0.3")
    result = []
    for step, pictures, rate, measures in found:
        if int(step) % every == 0 or step == found[-1][0]:
            words = measures.split()
            result += [(name, step, pictures, rate, measure, value) for measure, value in zip(words[::2], words[1::2])]
    return result


def read(table: pathlib.Path) -> list[tuple[str, ...]]:
    if not table.exists():
        return []
    with table.open(newline="") as file:
        return [tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file, delimiter="\t")]


def write(table: pathlib.Path, content: list[tuple[str, ...]]) -> None:
    with table.open("w", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *content])


def draw(content: list[tuple[str, ...]], output: pathlib.Path) -> None:
    """One panel for each entry of PANELS; a colour for each run, a style for each measure."""
    plot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "curves", "font.size": 9})
    figure, axes = plot.subplots(2, 2, figsize=(10, 6.4), layout="constrained")
    for axis, (title, measures) in zip(axes.flat, PANELS.items()):
        runs = sorted({row[0] for row in content if row[4] in measures})
        for number, run in enumerate(runs):
            for measure, style in zip(measures, ("-", "--", ":")):
                points = [(int(row[1]), float(row[5])) for row in content if row[0] == run and row[4] == measure]
                axis.plot(*zip(*points), style, color=f"C{number}", linewidth=1.2, label=f"{run}, {measure}")
        axis.set(title=title, xlabel="step", ylim=(0, None))
        if runs:
            axis.legend(fontsize=6.5, ncols=2)
        axis.grid(alpha=0.3)
    figure.savefig(output, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="*", metavar="NAME=LOG", help="logs to put in the table; they replace a run's earlier rows")
    parser.add_argument("--every", type=int, default=EVERY, help="steps between two rows of a log that are kept")
    parser.add_argument("--table", type=pathlib.Path, default="docs/training.tsv")
    parser.add_argument("--output", type=pathlib.Path, default="docs/images/training.svg")
    options = parser.parse_args()
    content = read(options.table)
    for entry in options.logs:
        name, found, log = entry.partition("=")
        if not found:
            parser.error(f"{entry}: write the run's name and its log as NAME=LOG")
        content = [row for row in content if row[0] != name] + rows(name, pathlib.Path(log), options.every)
    write(options.table, content)
    draw(content, options.output)


if __name__ == "__main__":
    main()
