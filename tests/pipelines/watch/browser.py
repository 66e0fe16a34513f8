# SPDX-License-Identifier: BSD-2-Clause
"""The page in a browser: Chromium without a window, driven through its debugging pipe. With a folder
as an argument, screenshots are left there."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import tap
from teachclient import LEARNING_PATIENCE, Teacher, two_sources
from watching import PATIENCE, plugin, scratch

plugin("jpegenc")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCREENSHOTS = sys.argv[1] if len(sys.argv) > 1 else None


class Browser:
    """A page of Chromium."""

    def __init__(self):
        if BROWSER is None:
            raise tap.Skip("Chromium is missing (chromium)")
        self.profile = tempfile.TemporaryDirectory(prefix="effnet-chromium-", ignore_cleanup_errors=True)
        theirs, self.to = os.pipe()
        self.back, their_end = os.pipe()
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{theirs} 4>&{their_end}', "bash", BROWSER, "--headless=new",
             "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=(theirs, their_end), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(their_end)
        self.number, self.session, self.text, self.errors = 0, None, b"", []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        self.profile.cleanup()

    def receive(self):
        while b"\0" not in self.text:
            more = os.read(self.back, 65536)
            assert more, "the browser has ended"
            self.text += more
        message, self.text = self.text.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.number:
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded") and \
                    "favicon.ico" not in json.dumps(answer):
                self.errors.append(answer["params"])
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def open(self, uri):
        self.call("Page.navigate", url=uri)
        self.wait("document.readyState === 'complete'")

    def run(self, script):
        """The value of an expression, which may be a promise."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, (script, answer)
        return answer["result"].get("value")

    def wait(self, script, patience=PATIENCE):
        end = time.monotonic() + patience
        while not (value := self.run(script)):
            assert time.monotonic() < end, (script, self.run("document.body.innerText"), self.errors)
            time.sleep(0.1)
        return value

    def press(self, selector):
        self.wait(f"document.querySelector({selector!r})?.checkVisibility() &&"
                  f" !document.querySelector({selector!r}).disabled")
        self.run(f"document.querySelector({selector!r}).click()")

    def type(self, selector, text):
        self.run(f"document.querySelector({selector!r}).value = ''")
        self.run(f"document.querySelector({selector!r}).focus()")
        self.call("Input.insertText", text=text)

    def drag(self, selector, start, end):
        """From one place of an element to another, in shares of it."""
        box = self.run(f"document.querySelector({selector!r}).scrollIntoView(),"
                       f"document.querySelector({selector!r}).getBoundingClientRect().toJSON()")
        for kind, (x, y) in (("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1,
                      buttons=0 if kind == "mouseReleased" else 1,
                      x=box["x"] + x * box["width"], y=box["y"] + y * box["height"])

    def look(self, name, width):
        """The page, WIDTH pixels wide: nothing is cut off, or wider than that."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                  mobile=width < 600)
        time.sleep(1)  # images load once they are in sight
        assert self.run("document.documentElement.scrollWidth") <= width, name
        if SCREENSHOTS:
            height = min(self.run("document.documentElement.scrollHeight"), 4000)
            picture = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                                clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
            with open(f"{SCREENSHOTS}/{name}-{width}.png", "wb") as file:
                file.write(base64.b64decode(picture["data"]))


LABELS = "[...document.querySelectorAll('article')].map((a) => a.querySelector('.label')?.textContent)"


def labels_are(*labels):
    return f"JSON.stringify({LABELS}) === {json.dumps(json.dumps(labels, separators=(',', ':')))}"


def collect(browser, camera, name):
    browser.run(f"document.querySelector('#camera').value = {camera},"
                "document.querySelector('#camera').dispatchEvent(new Event('change'))")
    browser.type("#class", name)
    browser.press("#collect [value='5']")
    browser.wait("document.querySelector('#stop').checkVisibility()")
    browser.wait("!document.querySelector('#stop').checkVisibility()")
    browser.wait(f"[...document.querySelectorAll('#taught h3')].some((h) => h.firstChild.data === {name!r})")


def test_taught():
    """Two classes of two cameras are collected and learned; the labels change, and are put back."""
    with Browser() as browser, Teacher("browser", "--max-rate", "2", *two_sources()) as run:
        browser.open(f"{run.uri()}#teach={run.token()}")
        browser.wait(f"{LABELS}.length === 2 && {LABELS}.every((label) => label)")
        before = browser.run(LABELS)
        assert browser.run("location.hash") == "" and browser.run("document.cookie") == ""
        browser.press("[data-tab='teach']")
        collect(browser, 0, "a ball")
        collect(browser, 1, "bars")
        thumbs = "document.querySelectorAll('#taught img').length"
        count = sum(found["files"] for found in run.state()["classes"])
        assert count >= 4
        browser.wait(f"{thumbs} === {count}")
        assert not browser.run("document.querySelector('.more')")
        (name,) = run.files("bars")[:1]
        for number in range(24):
            os.link(f"{run.folder}/bars/{name}", f"{run.folder}/bars/more-{number}.jpg")
        browser.wait(f"document.querySelector('.more') && {thumbs} < {count + 24}")
        browser.press(".more")
        browser.wait(f"!document.querySelector('.more') && {thumbs} === {count + 24}")
        count += 24
        browser.press("#taught .thumbs button")
        browser.wait(f"{thumbs} === {count - 1}")
        browser.wait("[...document.querySelectorAll('#taught img')].every((i) => i.naturalWidth === 640"
                     " || i.loading === 'lazy')")
        browser.press("#learn")
        browser.wait("document.querySelectorAll('#models li').length === 2", LEARNING_PATIENCE)
        browser.wait("document.querySelector('#report').innerText.includes('several times')")
        browser.look("teach", 1280)
        browser.look("teach", 390)
        browser.press("[data-tab='streams']")
        browser.wait(labels_are("a ball", "bars"))
        browser.look("live", 1280)
        browser.open(run.uri())  # the cookie is still there
        browser.press("[data-tab='teach']")
        browser.press("#models li:last-child button")
        browser.wait("document.querySelector('#models li:last-child').innerText.includes('in use')")
        browser.press("[data-tab='streams']")
        browser.wait(labels_are(*before))
        assert not browser.errors, browser.errors
        assert run.stop() == 0


def test_zone():
    """A rectangle that is drawn is the camera's zone, until it is taken away."""
    with Browser() as browser, Teacher("browser-zone", "--max-rate", "2", *two_sources()) as run:
        browser.open(f"{run.uri()}#teach={run.token()}")
        browser.press("[data-tab='teach']")
        browser.wait("document.querySelector('.view img').naturalWidth === 640")
        browser.drag(".view", (0.25, 0.5), (0.75, 0.9))
        zone = run.wait_state(lambda now: now["streams"][0]["zone"])["streams"][0]["zone"]
        for share, expected in zip(map(float, zone.split(",")), (0.25, 0.5, 0.5, 0.4)):
            assert abs(share - expected) < 0.02, zone
        browser.look("zone", 1280)
        browser.press("#whole")
        run.wait_state(lambda now: now["streams"][0]["zone"] is None)
        browser.drag(".view", (0.5, 0.5), (0.5, 0.5))
        time.sleep(1)
        assert run.state()["streams"][0]["zone"] is None, "a press is no rectangle"
        assert not browser.errors, browser.errors
        assert run.stop() == 0


def test_unsure():
    """A picture that the model was not sure of is taken over as the class that is typed."""
    unsure = scratch("browser-doubts")
    with Browser() as browser, Teacher("browser-accepted", "--max-rate", "2", "--collect", unsure,
                                       *two_sources()) as run:
        assert run.collect(0, "ball") == 1
        (name,) = run.files("ball")
        os.makedirs(f"{unsure}/a cat")
        os.rename(f"{run.folder}/ball/{name}", f"{unsure}/a cat/{name}")
        browser.open(f"{run.uri()}#teach={run.token()}")
        browser.press("[data-tab='teach']")
        browser.wait("[...document.querySelectorAll('#unsure h3')].some((h) => h.innerText.includes('a cat'))")
        browser.type("#class", "a bird")
        browser.run("[...document.querySelectorAll('#unsure .class')].find((box) =>"
                    " box.innerText.includes('a cat')).querySelector('.accept').click()")
        browser.wait("[...document.querySelectorAll('#taught h3')].some((h) => h.innerText.includes('a bird'))")
        assert run.files("a bird") == [name] and not os.path.exists(f"{unsure}/a cat")
        assert not browser.errors, browser.errors
        assert run.stop() == 0


def test_locked():
    """Without the token, the page shows the cameras, and says how to get it."""
    with Browser() as browser, Teacher("browser-locked", "--max-rate", "2", *two_sources()) as run:
        browser.open(f"{run.uri()}#teach=00000000000000000000000000000000")
        browser.press("[data-tab='teach']")
        browser.wait("document.querySelector('#locked').innerText.includes('printed when it started')")
        assert not browser.run("document.querySelector('#learn').checkVisibility()")
        assert os.listdir(run.folder) == [] and run.stop() == 0


tap.run(sys.modules[__name__])
