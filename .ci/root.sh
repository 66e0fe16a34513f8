# SPDX-License-Identifier: BSD-2-Clause
# Debian in a folder, to try things in. Sourced with set -euo pipefail by scripts that have a
# function skip, which says why nothing can be tried and ends them.
# shellcheck shell=bash
#
# What is in single quotes is for the root's shell, and for apt.
# shellcheck disable=SC2016

# in_root FOLDER COMMAND…: in an environment of its own; mounts end with the command.
in_root() {
    unshare --mount bash -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$1" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "${@:2}"
}

# The mirror that apt has, of one-line or deb822 sources.
find_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1
}

# make_root FOLDER SUITE: as little as there can be.
make_root() {
    local mirror
    mirror=$(find_mirror)
    [ -n "$mirror" ] || { echo "apt names no mirror"; return 1; }
    mkdir -p "$1"
    timeout 600 debootstrap --variant=minbase --include=ca-certificates "$2" "$1" "$mirror"
    printf 'deb %s %s main\n' "$mirror" "$2" "$mirror" "$2-updates" >"$1/etc/apt/sources.list"
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
    chmod +x "$1/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/ci"
    # How this machine reaches its mirror is how the root does.
    apt-config dump Acquire >"$1/etc/apt/apt.conf.d/99host"
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    in_root "$1" apt-get update -qq
}

# keep_root FOLDER WHAT COMMAND…: has COMMAND make FOLDER, unless it is there and made as WHAT says.
keep_root() {
    local log said status
    [ "$(cat "$1/.complete" 2>/dev/null)" != "$2" ] || return 0
    [ "$(id -u)" -eq 0 ] || skip "only root can make a root"
    command -v debootstrap >/dev/null || skip "debootstrap is missing"
    log=$(mktemp)
    rm -rf --one-file-system "$1"
    # Within "if" or "||" an error would not end it.
    set +e
    (set -e; "${@:3}") >"$log" 2>&1
    status=$?
    set -e
    said=$(tail -n 1 "$log")
    rm -f "$log"
    [ $status -eq 0 ] || skip "its root could not be made: $said"
    echo "$2" >"$1/.complete"
}
