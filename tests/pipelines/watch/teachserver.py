# SPDX-License-Identifier: BSD-2-Clause
"""Who may teach, and what may not be asked for."""
import base64
import os
import sys

import tap
from teachclient import Teacher, request
from watching import Watch, scratch

POSTS = ("collect?stream=0&class=a&seconds=0", "stop?stream=0", "zone?stream=0&zone=0.0,0.0,0.5,0.5",
         "remove?from=taught&class=a&name=x.jpg", "accept?class=a&name=x.jpg&as=b", "learn", "cancel", "use")
GETS = ("state.json", "pictures.json?from=taught&class=a", "picture?from=taught&class=a&name=x.jpg",
        "report?model=model-20260131-184500&as=html")


def session_of(run):
    """The cookie that the token gives."""
    uri = run.uri()
    status, headers, _ = request(uri + "session", "POST", Authorization=f"Bearer {run.token()}")
    assert status == 204, status
    cookie, *attributes = headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} == set(attributes), headers["Set-Cookie"]
    return cookie


def test_without_token():
    with Teacher("without", "videotest:") as run:
        uri = run.uri()
        assert run.token() not in uri
        for path in POSTS + GETS + ("nowhere",):
            for method in ("GET", "POST", "HEAD"):
                for headers in ({}, {"Authorization": "Bearer 00000000000000000000000000000000"},
                                {"Cookie": "effnet=1; effnet-00000000=2"}, {"Origin": uri[:-1]}):
                    status, answer, body = request(f"{uri}teach/{path}", method, **headers)
                    assert status == 403 and "Set-Cookie" not in answer, (path, method, status)
                    assert method == "HEAD" or b"printed when it started" in body, body
        assert request(uri + "session", "POST")[0] == 403
        assert request(uri)[0] == 200, "the page itself needs none"
        assert os.listdir(run.folder) == [] and run.stop() == 0


def test_session():
    """The cookie that the token gives is as good, and no cookie like it."""
    with Teacher("session", "videotest:") as run:
        uri, cookie = run.uri(), session_of(run)
        own = {"Cookie": f"other=x; {cookie}", "Origin": uri[:-1]}
        assert request(f"{uri}teach/state.json", Cookie=cookie)[0] == 200
        assert request(f"{uri}teach/cancel", "POST", **own)[0] == 204
        assert request(f"{uri}teach/cancel", "PUT", **own)[0] == 405
        assert request(f"{uri}session", "GET", **own)[0] == 405
        for wrong in (cookie[:-1], cookie + "0", cookie.upper(), cookie.split("=")[1]):
            assert request(f"{uri}teach/state.json", Cookie=wrong)[0] == 403, wrong
        assert run.stop() == 0


def test_other_origins():
    """A page of another site, or of another port, cannot use what the browser sends along."""
    with Teacher("origins", "videotest:") as run:
        uri, cookie = run.uri(), session_of(run)
        host = uri.split("/")[2]
        for origin in ("http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1",
                       f"http://{host}.evil.example", f"ftp://{host}", f"http://x@{host}", None):
            for path in POSTS:
                headers = {"Origin": origin} if origin else {}
                status, _, body = request(f"{uri}teach/{path}", "POST", Cookie=cookie, **headers)
                assert status == 403 and b"another site" in body, (origin, path, status)
        assert os.listdir(run.folder) == [] and run.stop() == 0


def test_other_hosts():
    """A name that leads here, but is not this page's: DNS rebinding."""
    with Teacher("hosts", "videotest:") as run:
        uri, cookie = run.uri(), session_of(run)
        for path in POSTS:
            status, _, body = request(f"{uri}teach/{path}", "POST", Host="evil.example", Cookie=cookie,
                                      Origin="http://evil.example")
            assert status == 403 and b"--http-host" in body, (path, status)
        assert request(f"{uri}teach/state.json", Host="evil.example:80", Cookie=cookie)[0] == 403
        assert request(f"{uri}session", "POST", Host="evil.example",
                       Authorization=f"Bearer {run.token()}")[0] == 403
        assert run.stop() == 0


def test_names():
    """Paths in the names of classes, pictures and models lead nowhere."""
    with Teacher("names", "videotest:") as run:
        beside = scratch("beside.jpg")
        with open(beside, "w", encoding="ascii") as file:
            file.write("mine")
        for name in ("..", "../x", "a/b", "/tmp/x", ".x", "", "a\nb", b"\xff", "x" * 300):
            assert "class" in run.fails("collect", stream=0, class_=name, seconds=0), name
            assert run.call("pictures.json", "GET", from_="taught", class_=name)[0] in (404, 409), name
        for name in ("../beside.jpg", "/etc/passwd.jpg", "..", ""):
            for path in ("remove", "picture"):
                method = "GET" if path == "picture" else "POST"
                for query in ({"class_": "..", "name": "beside.jpg"}, {"class_": "a", "name": name}):
                    status = run.call(path, method, from_="taught", **query)[0]
                    assert status in (404, 409), (path, query, status)
        for name in ("../model", "model-1", "teaching", "/etc/passwd", ""):
            assert run.fails("use", model=name), name
            for kind in ("html", "json", "safetensors", "../x"):
                assert run.call("report", "GET", model=name, as_=kind)[0] == 404, (name, kind)
        assert os.path.exists(beside) and os.listdir(run.folder) == [], os.listdir(run.folder)
        assert run.stop() == 0


def test_numbers():
    with Teacher("numbers", "videotest:") as run:
        for stream in ("1", "-1", "x", "", "99999999999999999999"):
            assert "stream must be" in run.fails("collect", stream=stream, class_="a", seconds=1)
            assert "stream must be" in run.fails("stop", stream=stream)
        assert "stream must be" in run.fails("collect", class_="a", seconds=1)
        for seconds in ("61", "-1", "1.5", ""):
            assert "seconds must be" in run.fails("collect", stream=0, class_="a", seconds=seconds)
        for zone in ("x", "1,2,3", "0.0,0.0,2.0,0.5", "0.0,0.0,0.0,0.5", "0.5,0.5"):
            assert "zone is" in run.fails("zone", stream=0, zone=zone), zone
        assert "folder" in run.fails("remove", from_="elsewhere", class_="a", name="a.jpg")
        assert "folder" in run.fails("remove", from_="unsure", class_="a", name="a.jpg")
        assert "folder" in run.fails("accept", class_="a", name="a.jpg", as_="b")
        assert run.call("nowhere")[0] == 404 and run.stop() == 0


def test_not_asked_for():
    """Without --teach, there is nothing to ask for."""
    with Watch("--http", "0", "--collect", scratch("only-collect"), "videotest:") as run:
        uri = run.uri()
        assert "#" not in run.err, run.err
        assert request(uri + "teach/state.json")[0] == 404
        assert request(uri + "teach/learn", "POST")[0] == 405
        assert request(uri + "session", "POST")[0] == 405
        assert run.stop() == 0


def test_with_password():
    """The password of --http-auth is the token: nothing else is printed or taken."""
    path = scratch("password")
    with open(path, "w", encoding="ascii") as file:
        file.write("ann:s3cr3t\n")
    os.chmod(path, 0o600)
    right = "Basic " + base64.b64encode(b"ann:s3cr3t").decode()
    with Teacher("password-folder", "--http-auth", path, "videotest:") as run:
        uri = run.uri()
        assert "#" not in run.err and "s3cr3t" not in run.err, run.err
        assert request(uri + "teach/state.json")[0] == 401
        assert request(uri + "teach/state.json", Authorization=right)[0] == 200
        assert request(uri + "teach/cancel", "POST", Authorization=right)[0] == 403, "no origin"
        status, headers, _ = request(uri + "session", "POST", Authorization=right, Origin=uri[:-1])
        assert status == 204
        cookie = headers["Set-Cookie"].split(";")[0]
        assert request(uri, Cookie=cookie)[0] == 200, "it opens the page as well"
        assert request(uri + "teach/cancel", "POST", Cookie=cookie, Origin=uri[:-1])[0] == 204
        assert run.stop() == 0


def test_settings():
    for arguments, says in ((("--teach", scratch("x")), "--http serves it"),
                            (("--http", "0", "--teach", ""), "teach must be a folder"),
                            (("--http", "0", "--teach", "/dev/null"), "/dev/null"),
                            (("--teach-files", "3"), "about collected pictures"),
                            (("--collect", scratch("x"), "--teach-space", "0"), "teach-space must be"),
                            (("--http", "0", "--teach", scratch("x"), "--shard", "0/2"), "shard cannot"),
                            (("--http", "0", "--teach", scratch("x"), "--snapshot", scratch("y"),
                              "--capture-classes", "a"), "capture-classes cannot"),
                            (("--http", "0", "--teach", scratch("x"), "--collect", scratch("x")),
                             "must be different folders")):
        with Watch(*arguments, "videotest:") as run:
            assert run.end() == 1 and says in run.err, (arguments, run.err)


tap.run(sys.modules[__name__])
