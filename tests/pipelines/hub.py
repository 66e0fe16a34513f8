# SPDX-License-Identifier: BSD-2-Clause
"""A hub of our own: what it serves, and what it says about that."""
import contextlib
import hashlib
import http.server
import threading

CONTENT = bytes(range(256)) * 64
SUM = hashlib.sha256(CONTENT).hexdigest()
REVISION = "0123456789abcdef0123456789abcdef01234567"


def blob(content):
    """Git's name for CONTENT."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    """Serves FILES, with ranges, and tells sums like the hub."""
    files, ranges, sums, cut, revision = {}, [], {}, None, None

    def do_GET(self):
        content = self.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        wanted, begin = self.headers.get("Range"), 0
        if wanted:
            begin = int(wanted[len("bytes="):-1])
            self.ranges.append(begin)
        if begin > len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        if self.path in self.sums:
            self.send_header("X-Linked-Etag", f'"{self.sums[self.path]}"')
        elif self.path.endswith("config.json"):
            self.send_header("ETag", f'"{blob(content)}"')
        if self.revision:
            self.send_header("X-Repo-Commit", self.revision)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        self.wfile.write(content[begin:self.cut])

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def hub(files, sums=None, cut=None, revision=None):
    Hub.files, Hub.sums, Hub.ranges, Hub.cut = files, sums or {}, [], cut
    Hub.revision = revision
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
