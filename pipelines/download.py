# SPDX-License-Identifier: BSD-2-Clause
"""download.py URL FILE SUM [REVISION]: brings a file, going on where an earlier try was cut off.

SUM is the SHA-256 or its beginning, or "-" where it is not known; then the one that the hub tells
is checked, and where it tells none, the file is refused. REVISION is a file for the commit that the
hub answers from: what is brought beside it must be of the same one. With EFFNET_FETCH_BASE, URL's
host becomes a folder of that address: a mirror."""
import hashlib
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

CHUNK = 1 << 20
SECONDS = 60
MAX_BYTES = 8 << 30  # of a file: the largest has two


class Redirects(urllib.request.HTTPRedirectHandler):
    """Remembers what the hub says of the file before it sends to where that is. What is said there
    counts for nothing."""
    told = revision = None

    def __init__(self, url):
        self.host = urllib.parse.urlsplit(url).netloc

    def redirect_request(self, request, fp, code, msg, headers, newurl):
        self.note(request.full_url, headers)
        return super().redirect_request(request, fp, code, msg, headers, newurl)

    def note(self, url, headers):
        """A sum: the file's SHA-256, or git's SHA-1 of what git keeps itself."""
        if urllib.parse.urlsplit(url).netloc != self.host:
            return
        for name in ("X-Linked-Etag", "ETag"):
            found = re.fullmatch('(?:W/)?"?([0-9a-f]{64}|[0-9a-f]{40})"?', headers.get(name, ""))
            self.told = self.told or (found and found[1])
        found = re.fullmatch("[0-9a-f]{40}", headers.get("X-Repo-Commit", ""))
        self.revision = self.revision or (found and found[0])


def address(url):
    base = os.environ.get("EFFNET_FETCH_BASE")
    return f"{base.rstrip('/')}/{url.split('//', 1)[1]}" if base else url


def receive(opener, redirects, url, part):
    have = os.path.getsize(part) if os.path.exists(part) else 0
    request = urllib.request.Request(address(url), headers={"User-Agent": "gst-efficientnet"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with opener.open(request, timeout=SECONDS) as answer:
        redirects.note(answer.url, answer.headers)
        with open(part, "ab" if answer.status == 206 else "wb") as file:
            expected = answer.headers.get("Content-Length")
            received = 0
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                received += len(chunk)
                if have + received > MAX_BYTES:
                    raise ValueError(f"{url} is larger than a model can be")
    if expected is not None and received != int(expected):
        raise OSError(f"the connection ended after {received} of {expected} bytes")


def sum_of(path, digest):
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check(url, part, wanted, told):
    """Raises unless PART is what is WANTED, and what the hub has TOLD."""
    if wanted == "-" and not told:
        raise ValueError(f"{url} is not taken as it comes: nobody tells its SHA-256; "
                         "--sha256 says which it should have")
    found = sum_of(part, hashlib.sha256())
    blob = sum_of(part, hashlib.sha1(b"blob %d\0" % os.path.getsize(part)))
    for expected in (None if wanted == "-" else wanted, told):
        if expected and not (blob if len(expected) == 40 else found).startswith(expected):
            raise ValueError(f"{url} is not what it should be: its SHA-256 is {found}, expected "
                             f"{expected}")


def keep_revision(url, path, revision):
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            before = file.read().strip()
        if before != revision:
            raise ValueError(f"{url} is of revision {revision}, and what is beside it of {before}: "
                             f"without {os.path.dirname(path)} all is brought anew")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{revision}\n")


def download(url, path, wanted, revision=None):
    redirects, part = Redirects(address(url)), path + ".part"
    opener = urllib.request.build_opener(redirects)
    try:
        receive(opener, redirects, url, part)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not os.path.exists(part):
            raise
        os.remove(part)  # it has more than there is: it is of something else
        receive(opener, redirects, url, part)
    try:
        check(url, part, wanted, redirects.told)
        if revision and redirects.revision:
            keep_revision(url, revision, redirects.revision)
    except ValueError:
        os.remove(part)
        raise
    os.replace(part, path)


def explain(url, error):
    host = address(url).split("/")[2]
    if isinstance(error, urllib.error.HTTPError):
        return f"{url} cannot be had: {host} answers {error.code} {error.reason}"
    if isinstance(error, ValueError):
        return str(error)
    reason = getattr(error, "reason", error)
    return (f"{url} cannot be had: {host} cannot be reached, or not for long enough ({reason}); "
            "what is here already is kept, and the next try goes on from there")


if __name__ == "__main__":
    try:
        download(*sys.argv[1:])
    except (OSError, ValueError) as problem:
        sys.exit(f"fetch-model: {explain(sys.argv[1], problem)}".replace("\n", " "))
