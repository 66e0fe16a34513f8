# SPDX-License-Identifier: BSD-2-Clause
"""A program that is taught, without a browser."""
import contextlib
import http.client
import json
import os
import re
import time
import urllib.parse

from watching import PATIENCE, Watch, scratch

LEARNING_PATIENCE = 4 * PATIENCE  # it has a low priority, and other tests run meanwhile


def request(uri, method="GET", **headers):
    """The status, the headers and the body."""
    parts = urllib.parse.urlsplit(uri)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""),
                           headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def two_sources():
    return "a=videotest:ball", "b=videotest:smpte"


class Teacher(Watch):
    """A running program whose page can be taught; it has the token."""

    def __init__(self, name, *arguments, **environment):
        self.folder = scratch(name)
        super().__init__("--http", "0", "--teach", self.folder, "--smoothing", "0", "--threshold", "0",
                         *arguments, **environment)

    def token(self):
        self.wait_says("#teach=")
        return re.search(r"#teach=([0-9a-f]{32})\b", self.err)[1]

    def call(self, path, method="POST", **query):
        text = urllib.parse.urlencode({key.rstrip("_"): value for key, value in query.items()})
        return request(f"{self.uri()}teach/{path}?{text}", method,
                       Authorization=f"Bearer {self.token()}")

    def post(self, path, **query):
        status, _, body = self.call(path, **query)
        assert status == 204, (path, query, status, body)

    def fails(self, path, **query):
        status, _, body = self.call(path, **query)
        assert status in (404, 409), (path, query, status, body)
        return body.decode()

    def get(self, path, **query):
        status, _, body = self.call(path, "GET", **query)
        assert status == 200, (path, query, status, body)
        return body

    def state(self):
        return json.loads(self.get("state.json"))

    def wait_state(self, predicate, patience=PATIENCE):
        end = time.monotonic() + patience
        while not predicate(now := self.state()):
            assert time.monotonic() < end and self.process.poll() is None, (now, self.err)
            self.read(0)  # a program whose lines nobody reads waits
            time.sleep(0.1)
        return now

    def collect(self, stream, name, seconds=0):
        """Collects until it is over; returns how many frames were taken."""
        self.post("collect", stream=stream, class_=name, seconds=seconds)
        over = self.wait_state(lambda now: now["streams"][stream]["class"] is None and
                               (now["streams"][stream]["taken"] or now["streams"][stream]["error"]))
        return over["streams"][stream]["taken"]

    def learn(self):
        self.post("learn")
        return self.wait_state(lambda now: now["learning"] is None, LEARNING_PATIENCE)

    def files(self, name):
        path = os.path.join(self.folder, name)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []
