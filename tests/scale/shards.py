# SPDX-License-Identifier: BSD-2-Clause
"""Three programs that share a fleet: whatever happens to one of them, each source is watched, and by
one of them only."""
import collections
import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import tap

FOLDER = tempfile.TemporaryDirectory(prefix="effnet-shards-")
CONFIG, COUNT = f"{FOLDER.name}/fleet.conf", f"{FOLDER.name}/shards"
SOURCES = [f"cam{number}" for number in range(20)]
PATIENCE = 120  # s; nothing here is about speed


def set_count(count):
    tap.replace_file(COUNT, f"{count}\n")


def write_config():
    with open(CONFIG, "w", encoding="utf-8") as file:
        file.write(f"[watch]\nmodel={tap.model()}\nthreshold=0\nmax-rate=1\ntop-k=1\njson=true\n")
        for name in SOURCES:
            file.write(f"[stream {name}]\nsource=videotest:ball\n")


class Shard:
    """A program, and when it has looked at which source."""

    def __init__(self, number):
        self.number, self.seen, self.lock = number, collections.defaultdict(list), threading.Lock()
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [tap.EFFNET, "watch", "--config", CONFIG, "--shard", f"{self.number}/{COUNT}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = ""
        for pipe in (self.process.stdout, self.process.stderr):
            threading.Thread(target=self.read, args=(pipe,), daemon=True).start()

    def read(self, pipe):
        for line in pipe:
            with self.lock:
                if not line.startswith("{"):
                    self.said += line
                elif line.endswith("\n"):  # or else it was cut by a signal
                    record = json.loads(line)
                    when = datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00"))
                    self.seen[record["stream"]].append(when.timestamp())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0, self.said

    def has(self, since):
        with self.lock:
            return {name for name, times in self.seen.items() if times and times[-1] > since}


def wait_watched(shards, since):
    """Until each source has been looked at since SINCE; who has looked at which."""
    end = time.time() + PATIENCE
    while True:
        owners = {shard.number: shard.has(since) for shard in shards}
        if set().union(*owners.values()) == set(SOURCES):
            return owners
        assert time.time() < end, (owners, [shard.said for shard in shards])
        time.sleep(0.2)


def assert_once(owners):
    watched = [name for names in owners.values() for name in names]
    assert len(watched) == len(set(watched)), owners


def test_fleet():
    write_config()
    set_count(2)
    shards = [Shard(number) for number in range(3)]
    try:
        owners = wait_watched(shards, 0)
        assert_once(owners)
        assert not owners[2] and owners[0] and owners[1], owners
        before = {name: number for number, names in owners.items() for name in names}

        # From 2 to 3: what moves, moves to the new one, and that is at most half.
        changed = time.time()
        set_count(3)
        end = changed + PATIENCE
        while not shards[2].has(changed):
            assert time.time() < end, shards[2].said
            time.sleep(0.2)
        owners = wait_watched(shards, time.time())
        assert_once(owners)
        moved = {name for number, names in owners.items() for name in names if before[name] != number}
        assert moved == owners[2] and 0 < len(moved) <= len(SOURCES) / 2, moved
        for name in moved:
            assert shards[before[name]].seen[name][-1] < shards[2].seen[name][0], name

        # One is killed, and started again: the others' sources do not move.
        others = [shard for shard in shards if shard is not shards[0]]
        killed = time.time()
        shards[0].kill()
        own = owners[0]
        time.sleep(3)
        assert not any(own & shard.has(killed) for shard in others)
        began = time.time()
        shards[0].start()
        owners = wait_watched(shards, began)
        assert_once(owners)
        assert owners[0] == own, (owners, own)
        gap = max(min(t for t in shards[0].seen[name] if t > began) - began for name in own)
        print(f"# {gap:.1f} s from a killed shard's start to a frame of each of its {len(own)} sources")
        for shard in shards:
            shard.stop()
    finally:
        for shard in shards:
            shard.kill()


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
