# SPDX-License-Identifier: BSD-2-Clause
"""download.py URL FILE SUM: brings a file, going on where an earlier try was cut off.

SUM is the SHA-256 or its beginning, or "-" where it is not known; then the one that the Hugging
Face hub tells is checked. With EFFNET_FETCH_BASE, URL's host becomes a folder of that address: a
mirror."""
import hashlib
import os
import re
import sys
import urllib.error
import urllib.request

CHUNK = 1 << 20
SECONDS = 60


class Redirects(urllib.request.HTTPRedirectHandler):
    """Remembers what the hub says of the file before it sends to where that is."""
    told = None

    def redirect_request(self, request, fp, code, msg, headers, newurl):
        self.note(headers)
        return super().redirect_request(request, fp, code, msg, headers, newurl)

    def note(self, headers):
        found = re.fullmatch('"?([0-9a-f]{64})"?', headers.get("X-Linked-Etag", ""))
        self.told = found[1] if found else self.told


def address(url):
    base = os.environ.get("EFFNET_FETCH_BASE")
    return f"{base.rstrip('/')}/{url.split('//', 1)[1]}" if base else url


def receive(opener, redirects, url, part):
    have = os.path.getsize(part) if os.path.exists(part) else 0
    request = urllib.request.Request(address(url), headers={"User-Agent": "gst-efficientnet"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with opener.open(request, timeout=SECONDS) as answer:
        redirects.note(answer.headers)
        with open(part, "ab" if answer.status == 206 else "wb") as file:
            expected = answer.headers.get("Content-Length")
            received = 0
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                received += len(chunk)
    if expected is not None and received != int(expected):
        raise OSError(f"the connection ended after {received} of {expected} bytes")


def sum_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def download(url, path, wanted):
    redirects, part = Redirects(), path + ".part"
    opener = urllib.request.build_opener(redirects)
    try:
        receive(opener, redirects, url, part)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not os.path.exists(part):
            raise
        os.remove(part)  # it has more than there is: it is of something else
        receive(opener, redirects, url, part)
    wanted = (redirects.told or "") if wanted == "-" else wanted
    found = sum_of(part)
    if not found.startswith(wanted):
        os.remove(part)
        raise ValueError(f"{url} is not what it should be: its SHA-256 is {found}, expected "
                         f"{wanted}")
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
