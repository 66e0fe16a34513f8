# SPDX-License-Identifier: BSD-2-Clause
# Counts what tests report in TAP. Sourced, after pipelines/lib.sh, by scripts whose last line counts;
# work is a folder of theirs.
# shellcheck shell=bash

passed=0 failed=0 skipped=0

# count COMMAND…: adds the cases of a test. A planned case that was not reported has failed. Prints the
# test's comments, or all of it if a case has failed.
count() {
    local plan good omitted bad
    "$@" >"$work/log" 2>&1 </dev/null || true
    plan=$(sed -n 's/^1\.\.\([0-9]\{1,\}\).*/\1/p' "$work/log" | head -n 1)
    omitted=$(grep -c '^ok.*# SKIP' "$work/log" || true)
    good=$(($(grep -c '^ok' "$work/log" || true) - omitted))
    bad=$((${plan:-0} == 0 ? 1 : plan - good - omitted))
    passed=$((passed + good)) skipped=$((skipped + omitted)) failed=$((failed + bad))
    if [ "$bad" -ne 0 ]; then
        sed 's/^/    /' "$work/log"
    else
        sed -n 's/^# /    /p; s/^ok.*# SKIP /skipped: 1 x /p' "$work/log"
    fi
}

# finish: prints the last line, and ends.
finish() {
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit $((failed > 0))
}
