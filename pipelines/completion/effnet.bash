# SPDX-License-Identifier: BSD-2-Clause
# Completion of effnet for bash. Commands, options and their values are those that the program
# itself lists.
# shellcheck shell=bash

# Models as "effnet info NAME" finds them: files, and folders with a model.safetensors.
_effnet_models() {
    local folder folders data
    IFS=: read -ra folders <<<"${GST_EFFICIENTNET_MODEL_PATH-}"
    IFS=: read -ra data \
        <<<"${XDG_DATA_HOME:-$HOME/.local/share}:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}"
    for folder in "${folders[@]}" "${data[@]/%//efficientnet/models}"; do
        compgen -G "$folder/*.pth"
        compgen -G "$folder/*.safetensors"
        compgen -G "$folder/*/model.safetensors" | sed 's,/model\.safetensors$,,'
    done | sed -E 's,.*/,,; s,\.(pth|safetensors)$,,'
}

# _effnet_long COMMAND OPTION: the long form of -m and the like, which differs among commands.
_effnet_long() {
    if [[ $2 == -? ]]; then
        effnet "$1" --help 2>/dev/null | sed -nE "s/^  $2, (--[a-z0-9-]+).*/\1/p"
    else
        printf '%s\n' "$2"
    fi
}

# _effnet_one_of COMMAND WHAT: the values in the line "WHAT is one of a, b, c." below the options.
_effnet_one_of() {
    effnet "$1" --help 2>/dev/null | sed -n "s/^$2 is one of \\(.*\\)\\.\$/\\1/p" | tr -d ,
}

# _effnet_choices COMMAND OPTION: the values in a description such as "auto (the default), tcp or
# udp".
_effnet_choices() {
    effnet "$1" --help 2>/dev/null | sed -nE "s/^  (-., )?$2=[^ ]+ +(.*: )?//p" |
        sed -E 's/ \(the default\)//; s/,| or / /g'
}

_effnet_values() { # COMMAND OPTION
    case $(_effnet_long "$1" "$2") in
    --model) _effnet_models ;;
    --arch | --base) effnet arch --list 2>/dev/null ;;
    --log) _effnet_choices "$1" --log ;;
    --transport) _effnet_choices "$1" --transport ;;
    --isa) _effnet_one_of "$1" ISA ;;
    --precision) _effnet_one_of "$1" PRECISION ;;
    esac
}

_effnet() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} words
    # Readline makes three words of --model=NAME.
    if [ "$current" = = ]; then
        current=
    elif [ "$previous" = = ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    compopt -o default
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="$(effnet --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p') --help --version"
    elif [[ $current == -* ]]; then
        words=$(effnet "$command" --help 2>/dev/null | sed -nE 's/^  (-., )?(--[a-z0-9-]+).*/\2/p')
    elif [[ $previous == -* ]]; then
        words=$(_effnet_values "$command" "$previous")
    elif [ "$command" = arch ]; then
        words=$(effnet arch --list)
    elif [ "$command" = fetch ]; then
        words=$(effnet fetch --list | cut -d ' ' -f 1)
    elif [ "$command" = info ]; then
        words=$(_effnet_models)
    fi
    mapfile -t COMPREPLY < <(compgen -W "${words-}" -- "$current")
}

complete -F _effnet effnet
