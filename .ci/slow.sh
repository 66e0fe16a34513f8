# SPDX-License-Identifier: BSD-2-Clause
# The slow jobs of .ci/run, which sources this. Each is a command whose last line counts, and can be
# run by hand as it stands here.
# shellcheck shell=bash

# Name, command.
slow_jobs=(
    "packages in a bare root" "debian/try build-debian"
    "the wheel for Python, with nothing beside it" "tests/wheel"
    "Kafka with a broker process" "tests/kafka"
    "Home Assistant itself" "tests/homeassistant"
    "64-bit ARM, emulated" ".ci/arm64"
    "the plugin on Debian 13, with GstAnalytics" ".ci/plugin-tests trixie"
    "the plugin on forky, with GStreamer 1.28" ".ci/plugin-tests forky"
    "Spark and shards" "tests/scale/run"
    "the page in a browser" "tests/browser"
    "both commands on a bare Debian 12, as root" "tests/bare bookworm root"
    "both commands on a bare Debian 12, with sudo" "tests/bare bookworm newcomer"
    "both commands on a bare Debian 13, as root" "tests/bare trixie root"
    "both commands on a bare Debian 13, with sudo" "tests/bare trixie newcomer"
)

# turn_of N: the number, of N, of this commit's job. Commits take turns, so that N runs cover all
# jobs.
turn_of() {
    if have_git && [ "$(git -C "$root" rev-parse --is-shallow-repository)" = false ]; then
        echo $(($(git -C "$root" rev-list --count HEAD) % $1))
    else
        echo "there is no history to count commits of: slow job 0 it is" >&2
        echo 0
    fi
}

# run_slow [all]: runs the job whose turn it is, or all. The others do not count as skipped, but are
# named.
run_slow() {
    local i turn name command others=
    turn=${1:-$(turn_of $((${#slow_jobs[@]} / 2)))}
    for ((i = 0; i < ${#slow_jobs[@]}; i += 2)); do
        name=${slow_jobs[i]}
        read -ra command <<<"${slow_jobs[i + 1]}"
        if [ "$turn" = all ] || [ $((i / 2)) -eq "$turn" ]; then
            cases "$name" "${command[@]}"
        else
            others+="${others:+; }$name"
        fi
    done
    [ -z "$others" ] || echo "not in this run: $others"
}
