"""A folder of pictures through Ray Data. Each actor keeps one vitrine, which loads its models once.

    python3 -m venv .venv && .venv/bin/pip install -r Tools/batch/requirements.txt
    VITRINE=.build/release/vitrine .venv/bin/python Tools/batch/ray_data.py PICTURES OBJECT OUTPUT [ACTORS]
"""

import os
import subprocess
import sys

import ray

import stream


class Segmenter:
    """Answers the requests of a block, one at a time."""

    def __init__(self, command):
        self.vitrine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer(self, request):
        self.vitrine.stdin.write(request + "\n")
        self.vitrine.stdin.flush()
        line = self.vitrine.stdout.readline()
        if not line.endswith("\n"):
            raise RuntimeError(f"vitrine ended with {self.vitrine.wait()}")
        return line.rstrip("\n")

    def __call__(self, block):
        return {"answer": [self.answer(str(request)) for request in block["request"]]}


def main():
    pictures, object_name, output = sys.argv[1:4]
    actors = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    cores = os.cpu_count()
    ray.init(num_cpus=cores, include_dashboard=False, log_to_driver=False)
    requests = stream.requests(pictures)
    merge = stream.Merge(len(requests))
    answers = ray.data.from_items([{"request": request} for request in requests]).map_batches(
        Segmenter, fn_constructor_args=(stream.command(object_name, cores // actors),), batch_size=16,
        compute=ray.data.ActorPoolStrategy(size=actors))
    for row in answers.iter_rows():
        merge.add(row["answer"])
    merge.write(output)


if __name__ == "__main__":
    main()
