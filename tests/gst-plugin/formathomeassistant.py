# SPDX-License-Identifier: BSD-2-Clause
"""format=homeassistant and Home Assistant itself, with a mosquitto between them: what its API says of
the sensors of a pipeline that classifies photographs. tests/homeassistant starts this in a root.

The cases follow one another, with one Home Assistant."""
import atexit
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from PIL import Image

import tap

TEMPORARY = tempfile.TemporaryDirectory(prefix="effnet-home-")
FOLDER = pathlib.Path(TEMPORARY.name)
PATIENCE = 180  # s; nothing here is about speed
PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg")
# ImageNet's classes in the order of WordNet: animals, things, food and drink, the rest.
GROUPS = ["animal"] * 398 + ["thing"] * 526 + ["food"] * 46 + ["place or person"] * 30
AWAY = "unavailable"
COMPLAINT = re.compile(" (?:WARNING|ERROR|CRITICAL) ")
EXPECTED = re.compile(
    r"\[(?:homeassistant\.bootstrap|aiohttp_fast_zlib|homeassistant\.components\.mqtt\.client)\]")


def wait(what, condition):
    return tap.wait(what, condition, PATIENCE)


class Program:
    """A process with a log, which ends with this one."""

    def __init__(self, name, *command):
        self.log, self.command, self.process = FOLDER / f"{name}.log", command, None
        atexit.register(self.end, signal.SIGKILL)

    def start(self):
        # What is there for the test is not for Home Assistant to import.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment)

    def end(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)

    def tail(self):
        return self.log.read_text("utf-8", "replace")[-2000:]


class Broker(Program):
    """Keeps nothing when it ends."""

    def __init__(self):
        self.port = tap.free_port()
        config = FOLDER / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n", "ascii")
        super().__init__("mosquitto", "/usr/sbin/mosquitto", "-c", str(config))

    def forget(self):
        """Drops the devices that it retains; what is left of them."""
        command = ("mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.port), "-t", "homeassistant/device/#",
                   "--retained-only", "-W", "3")
        subprocess.run([*command, "--remove-retained"], capture_output=True, timeout=PATIENCE)
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE).stdout


class Home(Program):
    """Home Assistant, asked over HTTP."""

    def __init__(self):
        self.port, self.token = tap.free_port(), None
        config = FOLDER / "home"
        config.mkdir()
        (config / "configuration.yaml").write_text(
            f"http:\n  server_host: 127.0.0.1\n  server_port: {self.port}\nrecorder:\nhistory:\n", "ascii")
        super().__init__("home", f"{sys.prefix}/bin/hass", "--config", str(config), "--skip-pip")

    def ask(self, path, data=None, form=False):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if form:
            request.data = urllib.parse.urlencode(data).encode()
        elif data is not None:
            request.data = json.dumps(data).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error}: {error.read()[:500]}") from error

    def serves(self):
        assert self.process.poll() is None, self.tail()
        try:
            return self.ask("/api/onboarding") is not None
        except (OSError, AssertionError):
            return False

    def start(self):
        super().start()
        wait(self.tail, self.serves)

    def sensors(self):
        """Those of MQTT, by their names."""
        states = self.ask("/api/states")
        found = {state["attributes"].get("friendly_name"): state for state in states}
        return {name: state for name, state in found.items() if name and name.split()[0] == "door"}

    def states(self):
        return {name: state["state"] for name, state in self.sensors().items()}

    def render(self, template):
        """What a template of Home Assistant's makes."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/template", json.dumps({"template": template}).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def complaints(self):
        """What it logs, besides what it says of how it was started, and of a broker that is away."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if COMPLAINT.search(line) and not EXPECTED.search(line)]


class Camera(Program):
    """Shows a photograph for two seconds, then another."""

    def __init__(self, *options):
        self.records = FOLDER / "records.jsonl"
        labels = FOLDER / "groups.txt"
        labels.write_text("".join(f"{group}\n" for group in GROUPS), "ascii")
        model = tap.model()
        super().__init__(
            "camera", "gst-launch-1.0", "-q", "-e",
            "multifilesrc", f"location={FOLDER}/frame%d.png", "loop=true", "caps=image/png,framerate=1/2",
            "!", "pngdec", "!", "videoconvert", "!", "identity", "sync=true",
            "!", "efficientnet", "name=group", f"model={model}", f"labels-file={labels}", "threshold=0.2",
            "!", "efficientnet", "name=class", f"model={model}", "threshold=0.2",
            "!", "efficientnetpublish", f"location={self.records}",
            "!", "efficientnetpublish", "name=home", "method=mqtt", "format=homeassistant", "stream=door",
            f"address=mqtt://127.0.0.1:{BROKER.port}", *options, "!", "fakesink")

    def seen(self, element):
        """What it found, of the frames in turn: (label, score), or None, of which there are no lines."""
        found = {}
        for line in self.records.read_text("utf-8").rpartition("\n")[0].splitlines():
            record = json.loads(line)
            best = next(r["classes"][0] for r in record["results"] if r["element"] == element)
            found[record["frame"]] = (best["label"], best["score"])
        return [found.get(frame) for frame in range(min(found), max(found) + 1)]


def write_frames():
    """The last shows nothing that the network knows."""
    for number, name in enumerate(PHOTOS):
        Image.open(tap.sample(name)).convert("RGB").resize((448, 320)).save(FOLDER / f"frame{number}.png")
    Image.new("RGB", (448, 320), (90, 90, 90)).save(FOLDER / f"frame{len(PHOTOS)}.png")


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
BROKER = Broker()
HOME = Home()
CAMERA = Camera()


def is_up(*names):
    """The sensors, if all have another state than unavailable."""
    states = HOME.states()
    return states if states and AWAY not in states.values() and set(names) <= set(states) else None


def is_away():
    states = HOME.states()
    return len(states) == 2 and set(states.values()) == {AWAY}


def describe():
    return f"{HOME.states()}\n{HOME.tail()}\n{CAMERA.tail()}"


def test_set_up():
    """As a person does in the browser: a user, then the integration, which connects to the broker."""
    BROKER.start()
    HOME.start()
    client = f"http://127.0.0.1:{HOME.port}/"
    user = {"name": "Test", "username": "test", "password": "test", "client_id": client, "language": "en"}
    code = HOME.ask("/api/onboarding/users", user)["auth_code"]
    HOME.token = HOME.ask("/auth/token", {"grant_type": "authorization_code", "code": code,
                                          "client_id": client}, form=True)["access_token"]
    flow = HOME.ask("/api/config/config_entries/flow", {"handler": "mqtt"})
    done = HOME.ask(f"/api/config/config_entries/flow/{flow['flow_id']}",
                    {"broker": "127.0.0.1", "port": BROKER.port})
    assert done["type"] == "create_entry", done
    version = HOME.ask("/api/config")["version"]
    print(f"# Home Assistant {version}", flush=True)
    assert HOME.sensors() == {}


def test_appears():
    write_frames()
    CAMERA.start()
    wait(describe, lambda: is_up("door group", "door class"))
    group, each = (HOME.sensors()[f"door {name}"]["attributes"] for name in ("group", "class"))
    assert group["device_class"] == "enum" and group["options"] == list(dict.fromkeys(GROUPS)), group
    # 1000 options are too many.
    assert "device_class" not in each and "options" not in each, each
    for name in ("group", "class"):
        entity = HOME.sensors()[f"door {name}"]["entity_id"]
        assert entity == f"sensor.door_{name}"
        about = HOME.render(f"{{{{ device_attr('{entity}', 'name') }}}}, "
                            f"{{{{ device_attr('{entity}', 'manufacturer') }}}}")
        assert about == "door, gst-efficientnet", about


def changes(values):
    return [value for i, value in enumerate(values) if i == 0 or value != values[i - 1]]


def check_follows(element):
    """Each state, in turn, and its score, is what the camera's own lines say."""
    states, pairs = [], set()

    def look():
        sensor = HOME.sensors()[f"door {element}"]
        states.append(sensor["state"])
        pairs.add((sensor["state"], round(sensor["attributes"].get("confidence", 0), 3)))
        return len(changes(states)) > 7
    wait(lambda: f"{changes(states)}", look)
    seen = CAMERA.seen(element)
    assert None in seen, seen
    told = changes([best[0] if best else "unknown" for best in seen])
    got = changes(states)
    # What was polled last may be newer than the last line.
    assert any(told[i:i + 7] == got[:7] for i in range(len(told))), f"{got}\n{told}"
    wanted = {(best[0], round(best[1], 3)) if best else ("unknown", 0) for best in seen}
    assert wanted <= pairs, f"{wanted} {pairs}"
    return got


def test_group_follows():
    assert set(check_follows("group")) == {"animal", "thing", "food", "unknown"}


def test_class_follows():
    assert len(set(check_follows("class"))) == len(PHOTOS) + 1


def test_home_restarts():
    """It finds nothing at the broker, says that it is online, and is told."""
    HOME.end(signal.SIGTERM)
    assert BROKER.forget() == ""
    HOME.start()
    wait(describe, lambda: is_up("door group", "door class"))


def test_camera_ends():
    CAMERA.end(signal.SIGINT)
    assert CAMERA.process.returncode == 0, CAMERA.tail()
    wait(describe, is_away)
    CAMERA.start()
    wait(describe, lambda: is_up("door group", "door class"))


def test_camera_dies():
    CAMERA.end(signal.SIGKILL)
    wait(describe, is_away)
    CAMERA.start()
    wait(describe, lambda: is_up("door group", "door class"))


def test_broker_dies():
    BROKER.end(signal.SIGKILL)
    wait(describe, is_away)
    BROKER.start()
    wait(describe, lambda: is_up("door group", "door class"))


def test_camera_hangs():
    """Its connection stays, and its states expire."""
    CAMERA.end(signal.SIGINT)
    camera = Camera("expire-after=10")
    camera.start()
    wait(describe, lambda: is_up("door group", "door class"))
    camera.process.send_signal(signal.SIGSTOP)
    try:
        wait(describe, is_away)
    finally:
        camera.process.send_signal(signal.SIGCONT)
    wait(describe, lambda: is_up("door group", "door class"))
    camera.end(signal.SIGKILL)
    wait(describe, is_away)


def test_history():
    """The recorder has kept the states."""
    entity = HOME.sensors()["door class"]["entity_id"]
    (rows,) = HOME.ask(f"/api/history/period?filter_entity_id={entity}")
    assert len({row["state"] for row in rows} - {AWAY, "unknown"}) == len(PHOTOS), rows


def test_no_complaints():
    complaints = HOME.complaints()
    assert not complaints, "\n".join(complaints)


if __name__ == "__main__":
    tap.run(sys.modules[__name__])
