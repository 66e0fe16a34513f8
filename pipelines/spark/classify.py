#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Classifies the pictures and videos under some paths on Spark, into a table of Parquet.

    spark-submit classify.py --input hdfs:///photos --output hdfs:///classes --model lite0

The table has a row for each picture and for each frame that was looked at: path, frame and pts (of
videos), labels and scores, best first, embedding if asked for, and error. Files that are in the table
already are left out, so that a run that was stopped can be begun again. Every machine needs the
package effnet with its extras, and the model, under the same name. It runs on Spark 3.5."""
import argparse
import functools
import itertools
import re
import sys
from typing import Any, Iterator, List

import pyarrow
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

import effnet
from effnet.files import PICTURE_SUFFIXES, VIDEO_SUFFIXES, FileClassifier, is_video

SCHEMA = T.StructType([
    T.StructField("path", T.StringType(), False),
    T.StructField("frame", T.LongType()),
    T.StructField("pts", T.DoubleType()),
    T.StructField("labels", T.ArrayType(T.StringType())),
    T.StructField("scores", T.ArrayType(T.FloatType())),
    T.StructField("embedding", T.ArrayType(T.FloatType())),
    T.StructField("error", T.StringType()),
])
_ARROW = to_arrow_schema(SCHEMA)
# Rows that are sent to Python, and back, at once: a picture's file may have megabytes.
_BATCH = 16
# Spark keeps a file whole in the memory of a task.
_MAX_PICTURE = 256 << 20
# What Spark takes for the cost of opening a file, in bytes: the less it is, the more pictures a task
# has. By Spark's own 4 MiB it has 30 small ones, for which a worker of Python takes as long as for
# 20 more: it collects garbage and reads the directories of its packages anew.
_OPEN_COST = 256 << 10
# Tasks for each core that look at the files before they are read; by itself, Spark takes one a file.
_LISTING_TASKS = 4


def _open_video(path: str) -> Any:
    """What PyAV can read: a path of this machine, or else a file of fsspec's, which knows the
    addresses of many stores."""
    local = re.fullmatch(r"file:(?://)?(/.*)", path, re.S)
    if local:
        return open(local[1], "rb")
    import fsspec  # only here

    return fsspec.open(path, "rb").open()


def _rows(classifier: FileClassifier, path: str, content: Any) -> Iterator[dict]:
    if content is not None or not is_video(path):
        yield from classifier.rows(path, content)
        return
    try:
        with _open_video(path) as file:
            yield from classifier.rows(path, file)
    except (OSError, ValueError, ImportError) as error:
        yield dict.fromkeys(_ARROW.names) | {"path": path, "error": f"it cannot be opened: {error}"}


def _classify(classifier: FileClassifier,
              batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    rows = []
    for batch in batches:
        names = batch.schema.names
        contents = batch.column(names.index("content")) if "content" in names else [None] * len(batch)
        for path, content in zip(batch.column(names.index("path")), contents):
            for row in _rows(classifier, path.as_py(), content and content.as_py()):
                rows.append(row)
                if len(rows) == _BATCH:
                    yield pyarrow.RecordBatch.from_pylist(rows, _ARROW)
                    rows.clear()
    if rows:
        yield pyarrow.RecordBatch.from_pylist(rows, _ARROW)


def classify(files: DataFrame, classifier: FileClassifier) -> DataFrame:
    """The table, of FILES with the columns path and, but of videos, content."""
    return files.mapInArrow(functools.partial(_classify, classifier), SCHEMA)


def classify_udf(classifier: FileClassifier) -> Any:
    """A function of a column of encoded pictures, for those who have a DataFrame already:
    df.select(classify_udf(FileClassifier("lite0"))("content"))."""
    import pandas  # only here

    def apply(contents: Iterator["pandas.Series"]) -> Iterator["pandas.DataFrame"]:
        for series in contents:
            rows = [next(classifier.rows("", bytes(content or b""))) for content in series]
            yield pandas.DataFrame(
                [{name: row[name] for name in ("labels", "scores", "error")} for row in rows],
                columns=["labels", "scores", "error"])

    apply.__annotations__ = {"contents": Iterator[pandas.Series], "return": Iterator[pandas.DataFrame]}
    return F.pandas_udf(apply, T.StructType([SCHEMA[name] for name in ("labels", "scores", "error")]))


def _list_files(spark: SparkSession, paths: List[str]) -> DataFrame:
    """Path and length of each picture and video under PATHS."""
    ending = "|".join(re.escape(suffix) for suffix in PICTURE_SUFFIXES + VIDEO_SUFFIXES)
    return (spark.read.format("binaryFile").option("recursiveFileLookup", True).load(paths)
            .where(F.lower("path").rlike(f"({ending})$")).select("path", "length"))


def _read_table(spark: SparkSession, table: str) -> DataFrame:
    """What is in TABLE, which need not be there yet."""
    path = spark._jvm.org.apache.hadoop.fs.Path(table)
    if path.getFileSystem(spark._jsc.hadoopConfiguration()).exists(path):
        return spark.read.schema(SCHEMA).parquet(table)
    return spark.createDataFrame([], SCHEMA)


def _escape(path: str) -> str:
    """So that Spark takes none of PATH for a pattern."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", path)


def _classify_all(spark: SparkSession, files: List[Row], classifier: FileClassifier) -> DataFrame:
    """The table of FILES, whose contents never leave the task that has read them."""
    videos = [(file.path,) for file in files if is_video(file.path)]
    large = [(file.path, f"the file has more than {_MAX_PICTURE >> 20} MiB") for file in files
             if not is_video(file.path) and file.length > _MAX_PICTURE]
    pictures = [_escape(file.path) for file in files
                if not is_video(file.path) and file.length <= _MAX_PICTURE]
    tables = [spark.createDataFrame(large, "path string, error string")]
    if pictures:
        contents = spark.read.format("binaryFile").load(pictures).select("path", "content")
        tables.append(classify(contents, classifier))
    if videos:  # which may take hours: each is a task of its own
        paths = spark.createDataFrame(spark.sparkContext.parallelize(videos, len(videos)), "path string")
        tables.append(classify(paths, classifier))
    whole = functools.reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), tables)
    return whole.select(*SCHEMA.names)


def _configure(spark: SparkSession) -> None:
    """For many small files. What the user has set stays."""
    settings = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": _BATCH,
        "spark.sql.files.openCostInBytes": _OPEN_COST,
        "spark.sql.sources.parallelPartitionDiscovery.parallelism":
            _LISTING_TASKS * spark.sparkContext.defaultParallelism,
    }
    for name, value in settings.items():
        if not spark.sparkContext.getConf().contains(name):
            spark.conf.set(name, value)


def run(spark: SparkSession, options: argparse.Namespace) -> None:
    """Classifies what is not in the table yet. What is finished is in it for good after every
    options.chunk files."""
    _configure(spark)
    threads = int(spark.conf.get("spark.task.cpus", "1"))
    classifier = FileClassifier(options.model, options.precision, threads=threads, top_k=options.top_k,
                                every=options.every, embedding=options.embedding)
    done = _read_table(spark, options.output).select("path").distinct()
    new = _list_files(spark, options.input).join(done, "path", "left_anti").toLocalIterator()
    while files := list(itertools.islice(new, options.chunk)):
        _classify_all(spark, files, classifier).write.mode("append").parquet(options.output)


def _parse(arguments: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--input", required=True, nargs="+", help="files or folders, of any store of Spark's")
    parser.add_argument("--output", required=True, help="the table, which is appended to")
    parser.add_argument("--model", help="a file or a name (default: the installed one)")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--top-k", type=int, default=5)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between frames of a video")
    parser.add_argument("--embedding", action="store_true", help="also the features of each picture")
    parser.add_argument("--chunk", type=int, default=50000,
                        help="after how many files what is done is in the table (50000)")
    options = parser.parse_args(arguments)
    if min(options.top_k, options.chunk) < 1 or not 0 <= options.every < float("inf"):
        parser.error("--top-k and --chunk must be at least 1, and --every at least 0")
    return options


def main() -> None:
    options = _parse(sys.argv[1:])
    spark = SparkSession.builder.appName("effnet classify").getOrCreate()
    try:
        effnet.Model(options.model, options.precision)  # an error of it is told before anything starts
        run(spark, options)
    except (effnet.Error, PySparkException) as error:
        sys.exit(f"{sys.argv[0]}: {str(error).splitlines()[0]}")
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
