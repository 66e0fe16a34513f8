# SPDX-License-Identifier: BSD-2-Clause
# Debian in a folder, to try things in. Sourced after pipelines/lib.sh, with set -euo pipefail, by
# scripts that have a function skip, which says why nothing can be tried and ends them.
# shellcheck shell=bash
#
# What is in single quotes is for the root's shell, and for apt.
# shellcheck disable=SC2016

# Packages are downloaded once, whatever happens to the root.
archives_of() { # SUITE
    mkdir -p "$cache_dir/archives/$1"
    printf '%s\n' "$cache_dir/archives/$1"
}

suite_of() { # FOLDER
    sed -n 's/^VERSION_CODENAME=//p' "$1/etc/os-release"
}

# in_root FOLDER COMMAND…: runs it with an environment of its own; mounts end with the command.
in_root() {
    unshare --mount bash -c 'mount -t proc proc "$0/proc" &&
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts" &&
        mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm" &&
        mount --bind "$1" "$0/var/cache/apt/archives" && exec chroot "$0" "${@:2}"' \
        "$1" "$(archives_of "$(suite_of "$1")")" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "${@:2}"
}

# The mirror that apt uses, from one-line or deb822 sources.
find_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1
}

# The root reaches mirrors, apt's and pip's, as this machine does.
connect_root() { # FOLDER
    local file
    apt-config dump Acquire >"$1/etc/apt/apt.conf.d/99host"
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    echo "127.0.0.1 localhost $(hostname)" >"$1/etc/hosts"
    [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$1/etc/"
    for file in /usr/local/share/ca-certificates/*.crt; do
        [ ! -f "$file" ] || cp "$file" "$1/usr/local/share/ca-certificates/"
    done
    in_root "$1" update-ca-certificates
}

# make_root FOLDER SUITE: makes the smallest possible root.
make_root() {
    local mirror script=/usr/share/debootstrap/scripts/$2
    mirror=$(find_mirror)
    [ -n "$mirror" ] || { echo "apt names no mirror"; return 1; }
    # The script for suites newer than debootstrap.
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
    mkdir -p "$1"
    # In a mount namespace of its own: some leave proc mounted.
    timeout 600 unshare --mount debootstrap --variant=minbase --include=ca-certificates \
        --cache-dir="$(archives_of "$2")" "$2" "$1" "$mirror" "$script"
    printf 'deb %s %s main\n' "$mirror" "$2" "$mirror" "$2-updates" >"$1/etc/apt/sources.list"
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
    chmod +x "$1/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/ci"
    connect_root "$1"
    in_root "$1" apt-get update -qq
    in_root "$1" apt-get autoclean -qq
}

# keep_root FOLDER WHAT COMMAND…: runs COMMAND to make FOLDER, unless it exists, was made of WHAT,
# and in the same way.
keep_root() {
    local log said status stamp
    stamp=$({ echo "$2"; declare -f make_root connect_root "$3"; } | sha256sum)
    [ "$(cat "$1/.complete" 2>/dev/null)" != "$stamp" ] || return 0
    [ "$(id -u)" -eq 0 ] || skip "only root can make a root"
    command -v debootstrap >/dev/null || skip "debootstrap is missing"
    log=$(mktemp)
    rm -rf --one-file-system "$1"
    # Inside "if" or "||", an error would not end it.
    set +e
    (set -e; "${@:3}") >"$log" 2>&1
    status=$?
    set -e
    said=$(tail -n 1 "$log")
    rm -f "$log"
    [ $status -eq 0 ] || skip "its root could not be made: $said"
    echo "$stamp" >"$1/.complete"
}

# copy_bare SUITE FOLDER: a bare Debian that may be changed.
copy_bare() {
    local bare=$cache_dir/$1-bare
    keep_root "$bare" "$1" make_root "$bare" "$1"
    cp -a "$bare" "$2"
    in_root "$2" true 2>/dev/null || skip "this container mounts nothing"
}
