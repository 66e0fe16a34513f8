# SPDX-License-Identifier: BSD-2-Clause
"""pipelines/spark/classify.py on a cluster of processes: whatever happens to an executor, each file
has its row. Prints what a picture takes as well, which no case depends on."""
import glob
import os
import pathlib
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy
import pyarrow.parquet

import tap
from effnet.files import FileClassifier

SOURCES = pathlib.Path(os.environ["EFFNET_SOURCES"])
JOB = str(SOURCES / "pipelines/spark/classify.py")
SPARK = pathlib.Path(os.environ["SPARK_HOME"])
FOLDER = tempfile.TemporaryDirectory(prefix="effnet-scale-")
WORK = pathlib.Path(FOLDER.name)
COUNT, BROKEN = int(os.environ.get("EFFNET_SCALE_PICTURES", 2000)), 20
TICK = os.sysconf("SC_CLK_TCK")


def lay_out():
    """COUNT pictures, of which every 100th is cut; they are few, under many names."""
    pictures, kinds = WORK / "pictures", []
    for seed, image in enumerate(tap.photographs(9)):
        for cut in range(4):
            path = WORK / f"kind-{seed}-{cut}.jpg"
            image.crop((8 * cut, 0, image.width, image.height)).resize((500, 375)).save(path, quality=92)
            kinds.append(path.read_bytes())
    for number in range(COUNT):
        content = kinds[number % len(kinds)]
        path = pictures / f"{number % 7}" / f"{number:05d} {{100%}} [a]*.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[:len(content) // 2] if number % (COUNT // BROKEN) == 3 else content)
    return pictures


PICTURES = lay_out()


def processes():
    """Every process: its parent, its command, and its CPU time."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found[int(folder.name)] = (int(fields[1]), command, sum(map(int, fields[11:13])) / TICK)
    return found


def below(parent, found):
    """PARENT and all that it has started, with what those have."""
    numbers = [parent]
    for number in numbers:
        numbers += [child for child, (of, *_) in found.items() if of == number]
    return numbers


class Job:
    """A running job, and what its processes that compute have taken."""

    def __init__(self, table, *options, workers=2, pictures=PICTURES):
        with open(WORK / "log", "wb") as log:
            self.process = subprocess.Popen(
                [SPARK / "bin/spark-submit", "--master", f"local-cluster[{workers},1,1024]",
                 "--conf", "spark.ui.enabled=false", "--conf", "spark.executor.memory=1g", JOB,
                 "--input", pictures, "--output", WORK / table, "--model", tap.model(), *options],
                stdout=log, stderr=log, env={**os.environ, "PYSPARK_PYTHON": sys.executable})
        self.begun, self.cpu, self.killed = time.monotonic(), {}, 0

    def look(self):
        found = processes()
        here = below(self.process.pid, found)
        for number in here:
            if "pyspark.daemon" in found[number][1]:
                self.cpu[number] = max(self.cpu.get(number, 0), found[number][2])
        return [number for number in here if "CoarseGrainedExecutorBackend" in found[number][1] and
                "java" in found[number][1].split()[0]]

    def wait(self, kill_after=None):
        """Follows it until it ends; kills an executor once it has written KILL_AFTER files."""
        while self.process.poll() is None:
            executors = self.look()
            written = len(glob.glob(f"{WORK}/*/_temporary/**/part-*.parquet", recursive=True))
            if kill_after is not None and not self.killed and written >= kill_after and executors:
                os.kill(executors[0], signal.SIGKILL)
                self.killed = executors[0]
            time.sleep(0.1)
        self.seconds = time.monotonic() - self.begun
        log = (WORK / "log").read_text(errors="replace")
        assert self.process.returncode == 0, log[-3000:]
        return log


def read(table):
    return pyarrow.parquet.read_table(WORK / table).to_pylist()


ALONE = """
import pathlib, pickle, sys
from effnet.files import FileClassifier
classifier, known = FileClassifier(sys.argv[2]), {}
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.jpg")):
    content = path.read_bytes()
    known[content] = next(classifier.rows(str(path), content))
pathlib.Path(sys.argv[3]).write_bytes(pickle.dumps(known))
"""


def own_rows():
    """What the package says of each content in a process of its own, and what a picture takes of CPU
    there, with all that the process takes besides."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", ALONE, PICTURES, tap.model(), WORK / "alone.pickle"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (pickle.loads((WORK / "alone.pickle").read_bytes()),
            1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / COUNT)


def check(rows, known):
    paths = [row["path"] for row in rows]
    expected = {f"file:{path}" for path in PICTURES.rglob("*.jpg")}
    assert len(paths) == len(set(paths)) and set(paths) == expected, (len(paths), len(set(paths)))
    for row in rows:
        own = known[pathlib.Path(row["path"].removeprefix("file:")).read_bytes()]
        assert row["error"] == own["error"] and row["labels"] == own["labels"], (row, own)
        if row["error"] is None:
            assert numpy.array_equal(numpy.float32(row["scores"]), numpy.float32(own["scores"])), row
    assert sum(row["error"] is not None for row in rows) == BROKEN


def test_an_executor_dies():
    """In the middle of it, by SIGKILL: no row is lost or doubled, and scores are the package's."""
    known, own = own_rows()
    job = Job("table")
    log = job.wait(kill_after=2)
    assert job.killed and "Lost executor" in log, log[-3000:]
    check(read("table"), known)
    alone = Job("alone", workers=1)
    alone.wait()
    check(read("alone"), known)
    cpu = 1000 * sum(alone.cpu.values()) / COUNT
    print(f"# CPU a picture: {own:.2f} ms in one process, {cpu:.2f} ms in Spark's workers, "
          f"ratio {cpu / own:.2f}")
    both = Job("both")
    both.wait()
    print(f"# {COUNT} pictures: {alone.seconds:.1f} s with one worker, {both.seconds:.1f} s with two, "
          f"{job.seconds:.1f} s with two of which one was killed")


def test_again():
    """A second run looks at what is new only."""
    before = len(read("both"))
    Job("both").wait()
    assert len(read("both")) == before
    for number in range(3):
        shutil.copy(next(PICTURES.rglob("*.jpg")), PICTURES / f"new {number}.jpg")
    try:
        Job("both").wait()
        rows = read("both")
        assert len(rows) == before + 3 and sum("/new " in row["path"] for row in rows) == 3
    finally:
        for path in PICTURES.glob("new *"):
            path.unlink()


def test_videos():
    """A row for each frame that is looked at; embeddings; what is broken, once."""
    folder = WORK / "videos"
    folder.mkdir()
    shutil.copy(tap.sample("cockatoo.mp4"), folder / "film.mp4")
    (folder / "broken.mkv").write_bytes(b"no video")
    (folder / "note.txt").write_text("no picture")
    Job("frames", "--every", "2", "--top-k", "1", "--embedding", pictures=folder).wait()
    rows = read("frames")
    film = sorted((row for row in rows if row["path"].endswith("film.mp4")), key=lambda row: row["pts"])
    own = list(FileClassifier(tap.model(), top_k=1, every=2, embedding=True).rows(str(folder / "film.mp4")))
    assert len(film) == len(own) > 4 and len(rows) == len(film) + 1, rows
    for row, expected in zip(film, own):
        assert row["frame"] == expected["frame"] and row["pts"] == expected["pts"], row
        assert row["labels"] == expected["labels"] and len(row["labels"]) == 1
        assert numpy.array_equal(numpy.float32(row["embedding"]), expected["embedding"])
    broken, = (row for row in rows if row["error"])
    assert broken["path"].endswith("broken.mkv") and broken["labels"] is None, broken


def test_wrong_model():
    done = subprocess.run([SPARK / "bin/spark-submit", "--master", "local[1]", JOB, "--input", PICTURES,
                           "--output", WORK / "none", "--model", "/nonexistent.pth"],
                          capture_output=True, text=True, env={**os.environ, "PYSPARK_PYTHON": sys.executable})
    assert done.returncode != 0 and "/nonexistent.pth" in done.stdout and "Traceback" not in done.stdout, \
        done.stdout + done.stderr[-3000:]
    assert not (WORK / "none").exists()


def test_udf():
    """For a DataFrame that is there already."""
    script = WORK / "udf.py"
    script.write_text(
        "import sys\n"
        "from pyspark.sql import SparkSession\n"
        "from classify import classify_udf\n"
        "from effnet.files import FileClassifier\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        "files = spark.read.format('binaryFile').load(sys.argv[1])\n"
        "found = classify_udf(FileClassifier(sys.argv[2], top_k=2))('content')\n"
        "files.select('path', found.alias('found')).select('path', 'found.*').write.parquet(sys.argv[3])\n")
    folder = PICTURES / "3"
    subprocess.run([SPARK / "bin/spark-submit", "--master", "local[1]", "--conf", "spark.ui.enabled=false",
                    "--py-files", JOB, script, folder, tap.model(), WORK / "udf"], check=True,
                   capture_output=True, env={**os.environ, "PYSPARK_PYTHON": sys.executable})
    rows, own = read("udf"), FileClassifier(tap.model(), top_k=2)
    assert len(rows) == len(list(folder.iterdir())) > 10
    for row in rows[:20]:
        expected = next(own.rows("", pathlib.Path(row["path"].removeprefix("file:")).read_bytes()))
        assert row["labels"] == expected["labels"] and bool(row["error"]) == bool(expected["error"]), row


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
