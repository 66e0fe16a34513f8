# SPDX-License-Identifier: BSD-2-Clause
"""The page's server, without a browser."""
import base64
import contextlib
import http.client
import json
import os
import re
import socket
import sys
import time

import tap
from watching import Watch, get, pictures, plugin, scratch, video, PATIENCE

AWKWARD = '<b onclick="x">&\'\\"'


def state(uri, after=0):
    code, headers, body = get(f"{uri}state.json?after={after}")
    assert code == 200 and headers["Content-Type"] == "application/json", headers
    return json.loads(body)


def wait_state(uri, predicate):
    end = time.monotonic() + PATIENCE
    while not predicate(now := state(uri)):
        assert time.monotonic() < end, now
        time.sleep(0.1)
    return now


def served(*sources):
    return Watch("--http", "0", "--json", *sources)


def test_page():
    with served("videotest:") as run:
        uri = run.uri()
        assert uri.startswith("http://127.0.0.1:"), uri
        for path, kind in (("", "text/html"), ("watch.css", "text/css"),
                           ("watch.js", "text/javascript"),
                           ("teach.css", "text/css"), ("teach.js", "text/javascript")):
            code, headers, body = get(uri + path)
            assert code == 200 and headers["Content-Type"] == kind, (path, headers)
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            # Nothing is loaded from elsewhere.
            assert not re.search(rb"https?://|//[a-z]", body.replace(b"// ", b"")), path
        for path in ("nope", "streams/1/picture.jpg", "streams/x/picture.jpg", "streams/picture.jpg",
                     "streams/-1/picture.jpg", "../../etc/passwd", "%2e%2e/etc/passwd", "streams/"):
            assert get(uri + path)[0] == 404, path
        assert run.stop() == 0


def test_state():
    with served("--threshold", "0", "videotest:", f"bad=rtsp://127.0.0.1:{tap.free_port()}/x") as run:
        uri = run.uri()
        first = wait_state(uri, lambda s: s["streams"][0]["samples"] and
                           s["streams"][1]["phase"] == "waiting")
        good, bad = first["streams"]
        assert good["name"] == "videotest" and good["phase"] == "playing", good
        assert good["width"] == 640 and good["height"] == 360 and good["frames"] > 0, good
        assert len(good["classes"]) == 5 and good["classes"][0]["score"] > 0
        assert str(good["samples"][0][1]) in good["labels"], good
        assert bad["name"] == "bad" and bad["note"] and not bad["classes"], bad
        later = state(uri, first["time"])
        assert all(sample[0] > first["time"] for sample in later["streams"][0]["samples"])
        assert run.stop() == 0


def test_labels_change():
    """While a film of photographs plays, with a real network. However few of its frames are inferred,
    each shows its own class."""
    model = tap.model()
    with Watch("--http", "0", "--json", "--smoothing", "0", "--threshold", "0", video(),
               model=model) as run:
        uri, seen = run.uri(), set()
        wait_state(uri, lambda s: seen.update(c["label"] for c in s["streams"][0]["classes"][:1])
                   or len(seen) >= 3 or s["streams"][0]["phase"] == "ended")
        assert len(seen) >= 3, seen
        assert run.stop() == 0


def test_pictures():
    plugin("jpegenc")
    with served(video(), "videotest:") as run:
        uri, end = run.uri(), time.monotonic() + PATIENCE
        found = []
        while len(found) < 3 and time.monotonic() < end:
            code, headers, body = get(f"{uri}streams/1/picture.jpg")
            assert code in (200, 204), code
            if code == 200 and body not in found:
                assert headers["Content-Type"] == "image/jpeg" and body[:2] == b"\xff\xd8"
                found.append(body)
            time.sleep(0.05)
        assert len(found) == 3
        assert run.stop() == 0


def test_metrics():
    name = AWKWARD
    config = f"[stream {name}]\nsource=videotest:\n[stream lost]\nsource=rtsp://127.0.0.1:1/x\n"
    path = f"{pictures()}/../fleet.conf"
    with open(path, "w", encoding="utf-8") as file:
        file.write(config)
    with served("--config", path) as run:
        uri = run.uri()
        wait_state(uri, lambda s: s["streams"][0]["frames"] > 20 and
                   s["streams"][1]["phase"] == "waiting")
        time.sleep(0.5)
        first, second = parse_metrics(get(uri + "metrics")), parse_metrics(get(uri + "metrics"))
        assert run.stop() == 0
    key = ("stream", name.replace("\\", "\\\\").replace('"', '\\"'))
    assert first["effnet_stream_up"][(key,)] == 1
    assert first["effnet_stream_up"][(("stream", "lost"),)] == 0
    assert first["effnet_frames_total"][(key,)] > 20
    assert first["effnet_inferences_total"][(key,)] > 0
    assert first["effnet_reconnects_total"][(("stream", "lost"),)] >= 1
    times = first["effnet_inference_duration_seconds"]
    n, total = (times[(("", part), key)] for part in ("_count", "_sum"))
    assert n == times[(("", "_bucket"), key, ("le", "+Inf"))] > 0 and 0 < total / n < PATIENCE
    for family, values in first.items():
        if family.endswith("_total"):
            assert all(second[family][labels] >= value for labels, value in values.items())


def parse_metrics(answer):
    """The metrics by family; each line must be in its order and form."""
    code, headers, body = answer
    assert code == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
    families, current = {}, None
    text = body.decode()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            current = line.split()[2]
            assert current not in families
            families[current] = {}
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name == current and kind in ("gauge", "counter", "histogram"), line
            assert name.endswith("_total") == (kind == "counter"), line
        else:
            match = re.fullmatch(r'(\w+)\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)', line)
            assert match and match[1].startswith(current), line
            part = match[1].removeprefix(current)
            assert part in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",)), line
            labels = tuple(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2]))
            labels = ((("", part),) if part else ()) + labels
            assert labels not in families[current], line
            families[current][labels] = float(match[3])
    return families


def test_awkward_names():
    """Whatever names contain, they stay strings."""
    path = f"{pictures()}/../awkward.conf"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[stream {AWKWARD}]\nsource=videotest:\n")
    with served("--config", path) as run:
        assert state(run.uri())["streams"][0]["name"] == AWKWARD
        run.wait_frames(1, AWKWARD)
        assert run.stop() == 0


def test_other_hosts():
    with served("videotest:") as run:
        uri = run.uri()
        port = uri.rsplit(":", 1)[1].strip("/")
        for host, code in ((f"localhost:{port}", 200), (f"127.0.0.1:{port}", 200),
                           (f"evil.example:{port}", 403), ("evil.example", 403)):
            assert get(uri + "metrics", Host=host)[0] == code, host
        assert run.stop() == 0


def test_methods():
    with served("videotest:") as run:
        uri = run.uri()
        for method, code in (("HEAD", 200), ("POST", 405), ("DELETE", 405), ("GET", 200)):
            connection = http.client.HTTPConnection(uri.split("/")[2], timeout=PATIENCE)
            connection.request(method, "/", body=b"x" * 100 if method == "POST" else None)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            assert answer.status == code and (method != "HEAD" or not body), (method, answer.status)
        assert run.stop() == 0


def test_clients_that_do_nothing():
    """Many clients, some of which never read: the streams go on, and so does the server once
    they leave."""
    with served("videotest:") as run:
        uri = run.uri()
        host, port = uri.split("/")[2].split(":")
        run.wait_frames(1)
        with contextlib.ExitStack() as stack:
            for i in range(100):
                client = stack.enter_context(socket.create_connection((host, int(port))))
                with contextlib.suppress(OSError):
                    client.sendall(b"GET /state.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * (i % 20))
            run.wait_frames(10, seen=len(run.frames()))
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if get(uri + "metrics")[0] == 200:
                    break
            assert time.monotonic() < end
            time.sleep(0.1)
        assert run.stop() == 0


def test_ranges_are_ignored():
    """Overlapping ranges would make a page hundreds of times as large."""
    with served("videotest:") as run:
        uri = run.uri()
        whole = get(uri + "watch.js")
        ranges = "bytes=" + ",".join(["0-"] * 500)
        for wanted in ("bytes=0-9", ranges):
            code, headers, body = get(uri + "watch.js", Range=wanted)
            assert code == 200 and body == whole[2], (wanted[:20], code, len(body))
            assert "Content-Range" not in headers
        assert run.stop() == 0


def test_slow_clients_lock_nobody_out():
    """As many clients as there are places, each in the middle of a request: none stays for ever."""
    with served("videotest:") as run:
        uri = run.uri()
        host, port = uri.split("/")[2].split(":")
        with contextlib.ExitStack() as stack:
            clients = []
            for _ in range(64):
                client = stack.enter_context(socket.create_connection((host, int(port))))
                client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
                clients.append(client)
            for _ in range(3):
                assert get(uri + "metrics")[0] == 200
            clients[-1].settimeout(PATIENCE)
            with contextlib.suppress(ConnectionError):
                while clients[-1].recv(65536):  # an answer, or the end
                    pass
        assert run.stop() == 0


def port_of(run):
    run.wait_says("the page is http://")
    return re.search(r"the page is http://\S+:(\d+)/", run.err).group(1)


def test_names_on_all_addresses():
    for more, code in (((), 403), (("--http-host", "cameras.example,other.example"), 200)):
        with Watch("--http", "0.0.0.0:0", "--json", *more, "videotest:") as run:
            assert run.uri() == f"http://127.0.0.1:{port_of(run)}/", run.err
            assert " elsewhere" in run.err and f"http://{socket.gethostname()}:" in run.err, run.err
            uri = run.uri() + "metrics"
            for host, expected in (("127.0.0.1", 200), ("192.0.2.7:80", 200), ("evil.example", 403),
                                   ("other.example:80", code), (socket.gethostname(), 200)):
                assert get(uri, Host=host)[0] == expected, (more, host)
            assert run.stop() == 0


def test_frames():
    """The sites whose pages may contain this one."""
    for more, sites in (((), "'none'"), (("--http-frame-ancestors", "http://home.local:8123,'self'"),
                                         "http://home.local:8123 'self'")):
        with Watch("--http", "0", "--json", *more, "videotest:") as run:
            policy = get(run.uri())[1]["Content-Security-Policy"]
            assert policy.endswith(f"; frame-ancestors {sites}"), policy
            assert policy.startswith("default-src 'self'; "), policy
            assert run.stop() == 0


def test_password():
    path = scratch("secret")
    with open(path, "w", encoding="ascii") as file:
        file.write("ann:s3cr3t\n")
    os.chmod(path, 0o644)
    with Watch("--http", "0", "--http-auth", path, "videotest:") as run:
        assert run.end() == 1 and "can be read by others" in run.err, run.err
    os.chmod(path, 0o600)
    right = "Basic " + base64.b64encode(b"ann:s3cr3t").decode()
    wrong = "Basic " + base64.b64encode(b"ann:secret").decode()
    with Watch("--http", "0", "--http-auth", path, "--json", "videotest:") as run:
        uri = run.uri()
        run.wait_frames(1)
        for place in ("", "state.json", "metrics", "streams/0/picture.jpg", "nowhere"):
            code, headers, body = get(uri + place)
            assert code == 401 and headers["WWW-Authenticate"].startswith("Basic ") and not body
            assert get(uri + place, Authorization=wrong)[0] == 401
            assert get(uri + place, Authorization=right)[0] in ((404,) if place == "nowhere" else (200, 204))
        assert run.stop() == 0 and "s3cr3t" not in run.err
    with Watch("--http-auth", path, "videotest:") as run:
        assert run.end() == 1 and "--http serves it" in run.err, run.err


def wait_ready(uri):
    end = time.monotonic() + PATIENCE
    while (answer := get(uri + "readyz"))[2] == b"A model is being opened.\n":
        assert answer[0] == 503 and time.monotonic() < end, answer
        time.sleep(0.1)
    return answer


def test_health():
    """A lost source is no reason to start the program anew, a stream that has failed for good is.
    Neither name nor password is asked for, as whoever asks knows neither."""
    path = scratch("health-secret")
    with open(path, "w", encoding="ascii") as file:
        file.write("token\n")
    os.chmod(path, 0o600)
    lost = f"lost=rtsp://127.0.0.1:{tap.free_port()}/x"
    with Watch("--http", "0", "--http-auth", path, "videotest:", lost) as run:
        uri = run.uri()
        code, headers, body = wait_ready(uri)
        assert (code, body) == (200, b"ok\n") and headers["Content-Type"] == "text/plain", body
        for host in ("10.1.2.3:8080", "evil.example"):
            assert get(uri + "healthz", Host=host)[::2] == (200, b"ok\n")
        assert get(uri + "healthz/")[0] == 401
        assert run.stop() == 0
    with Watch("--http", "0", "videotest:", "gone=/nonexistent.mkv") as run:
        uri = run.uri()
        run.wait_says("nonexistent")
        code, _, body = wait_ready(uri)
        assert (code, body) == (503, b"A stream has failed for good.\n"), body
        assert get(uri + "healthz")[0] == 200 and run.stop() == 0


def test_rubbish():
    with served("videotest:") as run:
        uri = run.uri()
        host, port = uri.split("/")[2].split(":")
        for text in (b"\0" * 1000, b"GET / HTTP/9.9\r\n\r\n", b"A" * 100000, b"GET " + b"/" * 200000,
                     b"GET /state.json?after=999999999999999999999999 HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            with socket.create_connection((host, int(port))) as client, \
                    contextlib.suppress(OSError):
                client.sendall(text)
        assert state(uri)["streams"]
        assert run.stop() == 0


def test_addresses():
    for address in ("x", "localhost:80", "1.2.3.4.5:80", "127.0.0.1:65536", "127.0.0.1:", "-1"):
        with Watch(f"--http={address}", "videotest:") as run:
            assert run.end() == 1 and "http must be" in run.err, (address, run.err)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Watch("--http", str(taken.getsockname()[1]), "videotest:") as run:
            assert run.end() == 1 and "cannot be listened at" in run.err, run.err
    with Watch("--http", "[::1]:0", "videotest:") as run:
        run.wait_for(lambda run: "the page is" in run.err or "cannot be" in run.err, "an address")
        if "the page is" in run.err:
            assert get(run.uri())[0] == 200
            assert run.stop() == 0


tap.run(sys.modules[__name__])
