# SPDX-License-Identifier: BSD-2-Clause
# The checks of .ci/run that are neither builds nor tests. Sourced by it.
# shellcheck shell=bash

max_function=100 max_file=800 max_stripped=1500000
# Files that hold a table and nothing else.
tables=(engine/recognise/imagenet_labels.c)

# files PATTERN…: the project's files whose paths end like one of these.
files() {
    local pattern tests=()
    for pattern; do
        tests+=(-o -path "./$pattern")
    done
    find . \( -path './build*' -o -path ./.git \) -prune -o -type f \( "${tests[@]:1}" \) -print |
        cut -c 3- | sort
}

c_files() {
    files '*.c' '*.h'
}

check_format() {
    c_files | xargs clang-format --dry-run -Werror
}

check_tabs() {
    # Makefiles need them.
    ! files '*' | grep -vx debian/rules | xargs grep -nIP '\t'
}

check_licence() {
    local file bad=0
    while read -r file; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || {
            echo "$file: no licence line"
            bad=1
        }
    done < <(c_files; files '*.py' '*.sh'; find .ci debian docs pipelines tests -type f -perm -u+x)
    return $bad
}

is_table() {
    local table
    for table in "${tables[@]}"; do
        [ "$1" != "$table" ] || return 0
    done
    return 1
}

check_file_length() {
    local file bad=0
    while read -r file; do
        if ! is_table "$file" && [ "$(wc -l <"$file")" -gt $max_file ]; then
            echo "$file: more than $max_file lines"
            bad=1
        fi
    done < <(c_files)
    return $bad
}

check_function_length() {
    local tools=$root/build/ci-tools
    if [ ! -d "$tools/lizard_ext" ]; then
        mkdir -p "$tools"
        echo "lizard==1.17.10 --hash=sha256:686748cc003de54d3e37f84b6cbbdd975be41a2094f0a779cb7fef65e70fc53e" >"$tools/requirements.txt"
        /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
            --only-binary=:all: --require-hashes --target "$tools" --upgrade \
            --requirement "$tools/requirements.txt"
    fi
    c_files | PYTHONPATH=$tools xargs /usr/bin/python3 -m lizard --languages c \
        --warnings_only --length $max_function --CCN 1000 --arguments 1000
}

# Pages are installed with what they link to; FOLDER has the packages.
check_package_links() { # FOLDER
    local there page link n=0 bad=0
    there=$(mktemp -d)
    dpkg-deb -x "$1"/effnet_*.deb "$there"
    while IFS=: read -r page link; do
        n=$((n + 1))
        [ -e "$(dirname "$page")/$link" ] || {
            echo "${page#"$there"}: there is no $link"
            bad=1
        }
    done < <(grep -oE '\]\([^:)#]+' "$there"/usr/share/doc/effnet/{README.md,docs/*.md} | sed 's/](//')
    rm -rf "$there"
    [ $n -gt 0 ] && return $bad
}

# A source's test has the same path, under tests/.
check_twins() {
    local source twin bad=0
    while read -r source; do
        twin=$(twin_of "$source")
        [ -z "$twin" ] || compgen -G "tests/$twin.*" >/dev/null || {
            echo "$source: there is no tests/$twin.c"
            bad=1
        }
    done < <(files 'engine/*.c' 'gst-plugin/*.c' 'pipelines/*.c')
    return $bad
}

# A kernel, of any instruction set or template, is tested with the reference that it must agree
# with; dispatch is tested as a whole.
twin_of() {
    case $1 in
    engine/error.c) ;; # nothing can go wrong there
    engine/kernels/resize*.c | engine/kernels/*/resize.c) echo engine/kernels/resize ;;
    engine/kernels/kernels.c | engine/kernels/*/init.c) echo engine/kernels/kernels ;;
    engine/kernels/peak*_tmpl.c | engine/kernels/*/peak.c) echo engine/cpu ;;
    engine/kernels/*) sed -E 's,.*/,checkasm/,; s/(_bf16)?(_tmpl)?\.c$//; s/(dwconv|maxpool)_(int8|u8)$/\1/' <<<"$1" ;;
    *) echo "${1%.c}" ;;
    esac
}

check_scripts() {
    files '*' | xargs grep -lE '^#!/bin/bash' | xargs shellcheck -x
}

style_checks() {
    check "clang-format" check_format
    check "shellcheck" check_scripts
    check "no tabs" check_tabs
    check "licence lines" check_licence
    check "files of at most $max_file lines" check_file_length
    check "functions of at most $max_function lines" check_function_length
    check "a test for each source" check_twins
}

check_header() {
    echo "#include <${1#include/}>" | "$2" -std=gnu11 -Wall -Wextra -Werror -Iinclude \
        $(pkg-config --cflags gstreamer-1.0) -x c -fsyntax-only -
}

# only_symbols LIBRARY PATTERN: its exported symbols match.
only_symbols() {
    local others
    others=$(nm --dynamic --defined-only "$1" | awk '{print $3}' | grep -vE "$2" || true)
    [ -z "$others" ] || {
        echo "$1 shows: $others"
        return 1
    }
    nm --dynamic --defined-only "$1" | awk '{print $3}' | grep -E "$2" >/dev/null
}

# needs LIBRARY WORD: it is linked with a library of that name.
needs() {
    readelf --dynamic "$1" | grep NEEDED | grep -q "$2"
}

# The classifier does not need what only one method of another element needs.
check_needs() {
    needs build/gst-plugin/libgstefficientnetmqtt.so mosquitto &&
        needs build/gst-plugin/libgstefficientnetkafka.so rdkafka &&
        ! needs build/gst-plugin/libgstefficientnet.so 'mosquitto\|rdkafka'
}

# Tests may have run these kernels on CPUs with AVX-512, whose instructions alone start with a byte
# 62.
check_no_avx512() { # LIBRARY INSTRUCTION
    local code
    code=$(objdump --disassemble "$1")
    grep -q "$2" <<<"$code" && ! grep -E '^ *[0-9a-f]+:[[:space:]]62 ' <<<"$code"
}

# The total size, without symbols.
check_size() {
    local file stripped size total=0
    stripped=$(mktemp)
    for file in "$@"; do
        strip -o "$stripped" "$file"
        size=$(stat -c %s "$stripped")
        echo "$file: $size bytes stripped"
        total=$((total + size))
    done
    rm "$stripped"
    [ $total -le $max_stripped ]
}

check_pkg_config() {
    PKG_CONFIG_PATH=build/meson-private pkg-config --exists --print-errors \
        effnet-1.0 gstreamer-efficientnet-1.0
}

public_checks() {
    local header compiler plugin
    for header in $(files 'include/*.h'); do
        for compiler in gcc clang; do
            check "$header alone, $compiler" check_header "$header" $compiler
        done
    done
    check "the library's symbols" only_symbols build/engine/libeffnet-1.0.so '^effnet_[a-z0-9_]+$'
    for plugin in efficientnet efficientnetoverlay efficientnetmqtt efficientnetkafka efficientnetonvif; do
        check "the symbols of the plugin $plugin" only_symbols "build/gst-plugin/libgst$plugin.so" \
            "^gst_plugin_${plugin}_(register|get_desc)\$"
    done
    check "who needs libmosquitto and librdkafka" check_needs
    check "no AVX-512 in AVX2's kernels" check_no_avx512 build/engine/kernels/libeffnet-kernels-avx2.a vpmaddwd
    check "no AVX-512 in AVX-VNNI's kernels" check_no_avx512 build/engine/kernels/libeffnet-kernels-avxvnni.a \
        '{vex} vpdpbusd'
    check "the size of library and plugin" \
        check_size build/engine/libeffnet-1.0.so build/gst-plugin/libgstefficientnet.so
    check "pkg-config" check_pkg_config
}
