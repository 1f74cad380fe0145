"""What the recipes for Ray and Spark share: requests for `vitrine segment --stdio`, and its answers as files."""

import json
import os
import pathlib
import time


def command(object_name, threads):
    """The command that answers requests. VITRINE names it."""
    return [os.environ.get("VITRINE", "vitrine"), "segment", "--stdio", "--object", object_name, "--quiet",
            "--reproducible", "--threads", str(threads)]


def requests(folder):
    """A request for each picture below a folder; its path there is its id."""
    root = pathlib.Path(folder).resolve()
    paths = sorted(path for path in root.rglob("*") if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
    return [json.dumps({"id": str(path.relative_to(root)), "path": str(path), "seq": number})
            for number, path in enumerate(paths, start=1)]


class Merge:
    """Answers in the order of their ids, whatever order they come in: results.jsonl and failures.jsonl."""

    def __init__(self, expected):
        self.expected = expected
        self.started = time.monotonic()
        self.answers = {"segment": {}, "failure": {}}

    def add(self, line):
        answer = json.loads(line)
        if answer["kind"] != "summary":
            # An engine may ask for one picture twice, after a lost worker: equal answers, of which one is kept.
            self.answers[answer["kind"]][answer["picture"]["name"].encode()] = line

    def write(self, output):
        found = sum(map(len, self.answers.values()))
        if found != self.expected:
            raise SystemExit(f"{found} answers to {self.expected} requests: the result is not whole")
        folder = pathlib.Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        for kind, name in (("segment", "results.jsonl"), ("failure", "failures.jsonl")):
            lines = (line + "\n" for _, line in sorted(self.answers[kind].items()))
            part = folder / (name + ".part")
            part.write_text("".join(lines))
            part.rename(folder / name)
        seconds = time.monotonic() - self.started
        print(f"{found} pictures in {seconds:.1f} s: {found / seconds:.2f} pictures a second")
