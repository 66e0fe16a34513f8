# SPDX-License-Identifier: BSD-2-Clause
"""Learning that does not end well changes nothing."""
import os
import sys
import time

import tap
from teachclient import Teacher, two_sources
from watching import PATIENCE, plugin

plugin("jpegenc")


def unchanged(run, now, *classes):
    assert now["current"] is None and now["models"] == [], now
    assert sorted(os.listdir(run.folder)) == sorted(classes), os.listdir(run.folder)


def test_nothing_to_learn():
    with Teacher("nothing", *two_sources()) as run:
        now = run.learn()
        assert "has no folders in it" in now["failure"], now
        unchanged(run, now)
        assert run.collect(0, "ball") == 1
        now = run.learn()
        assert "there is one class alone" in now["failure"], now
        unchanged(run, now, "ball")
        assert run.stop() == 0


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def fill(run, pictures):
    """Enough to learn from for some time."""
    assert run.collect(0, "ball") == 1 and run.collect(1, "bars") == 1
    for name in ("ball", "bars"):
        (first,) = run.files(name)
        for i in range(pictures):
            os.link(f"{run.folder}/{name}/{first}", f"{run.folder}/{name}/{i}.jpg")


def wait_child(run):
    end = time.monotonic() + PATIENCE
    while not (children := children_of(run.process.pid)):
        assert time.monotonic() < end
        time.sleep(0.01)
    return children[0]


def test_stopped():
    with Teacher("stopped", *two_sources()) as run:
        fill(run, 1500)
        run.post("learn")
        child = wait_child(run)
        own = os.getpriority(os.PRIO_PROCESS, run.process.pid)
        assert os.getpriority(os.PRIO_PROCESS, child) == min(19, own + 10)
        assert "a model is being learned" in run.fails("learn")
        assert run.state()["learning"] >= 0
        run.post("cancel")
        now = run.wait_state(lambda now: now["learning"] is None)
        assert now["failure"] == "learning was stopped", now
        unchanged(run, now, "ball", "bars")
        run.post("learn")
        child = wait_child(run)
        os.kill(child, 11)
        now = run.wait_state(lambda now: now["learning"] is None)
        assert now["failure"] == "effnet learn was ended by signal 11", now
        unchanged(run, now, "ball", "bars")
        run.post("learn")
        child = wait_child(run)
        assert run.stop() == 0
        assert not os.path.exists(f"/proc/{child}")
        assert sorted(os.listdir(run.folder)) == ["ball", "bars"]


def test_killed():
    """It does not outlive its program, and what it has left is removed by the next one."""
    with Teacher("killed", *two_sources()) as run:
        fill(run, 1500)
        run.post("learn")
        child = wait_child(run)
        run.process.kill()
        run.process.wait()
        end = time.monotonic() + PATIENCE
        while os.path.exists(f"/proc/{child}"):
            with open(f"/proc/{child}/stat", encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":  # whoever adopted it may not look
                    break
            assert time.monotonic() < end
            time.sleep(0.05)
    assert os.path.isdir(f"{run.folder}/.learning")
    for name in ("ball", "bars"):
        for i in range(1495):
            os.unlink(f"{run.folder}/{name}/{i}.jpg")
    with Teacher("killed", *two_sources()) as run:
        now = run.learn()
        assert now["failure"] is None and now["current"], now
        assert not os.path.exists(f"{run.folder}/.learning")
        assert run.stop() == 0


tap.run(sys.modules[__name__])
