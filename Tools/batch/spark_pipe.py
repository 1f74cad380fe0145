"""A folder of pictures through Spark's pipe: each partition is handed to one vitrine, line by line.

    python3 -m venv .venv && .venv/bin/pip install -r Tools/batch/requirements.txt
    VITRINE=.build/release/vitrine .venv/bin/python Tools/batch/spark_pipe.py PICTURES OBJECT OUTPUT [PARTITIONS]
"""

import json
import os
import shlex
import sys

from pyspark.sql import SparkSession

import stream


def main():
    pictures, object_name, output = sys.argv[1:4]
    partitions = int(sys.argv[4]) if len(sys.argv) > 4 else 4
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    requests = stream.requests(pictures)
    merge = stream.Merge(len(requests))
    # Without checkCode Spark takes no notice of a command that fails. Code 3 says that pictures failed, which the answers
    # say too.
    command = shlex.join(["sh", "-c", '"$@" || [ $? -eq 3 ]', "sh", *stream.command(object_name, os.cpu_count())])
    answers = spark.sparkContext.parallelize(requests, partitions).pipe(command, checkCode=True)
    ends = 0
    for line in answers.toLocalIterator():
        ends += json.loads(line)["kind"] == "summary"
        merge.add(line)
    spark.stop()
    if ends != partitions:
        raise SystemExit(f"{ends} of {partitions} partitions came to their end")
    merge.write(output)


if __name__ == "__main__":
    main()
