# SPDX-License-Identifier: BSD-2-Clause
# Completion of effnet for bash. Commands and options are those that the program itself lists.
# shellcheck shell=bash

_effnet_models() {
    local folder
    for folder in ${GST_EFFICIENTNET_MODEL_PATH//:/ } \
        "${XDG_DATA_HOME:-$HOME/.local/share}/efficientnet/models"; do
        compgen -G "$folder/*.pth"
        compgen -G "$folder/*.safetensors"
    done | sed -E 's,.*/,,; s,\.(pth|safetensors)$,,'
}

_effnet() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="$(effnet --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p') --help --version"
    elif [[ $current == -* ]]; then
        words=$(effnet "${COMP_WORDS[1]}" --help 2>/dev/null | sed -nE 's/^  (-., )?(--[a-z-]+).*/\2/p')
    elif [[ $previous == --isa ]]; then
        words=$(effnet "${COMP_WORDS[1]}" --help | sed -n 's/^ISA is one of \(.*\)\.$/\1/p' | tr -d ,)
    elif [[ $previous == --model || $previous == -m ]]; then
        words=$(_effnet_models)
        compopt -o default
    else
        compopt -o default
    fi
    mapfile -t COMPREPLY < <(compgen -W "${words-}" -- "$current")
}

complete -F _effnet effnet
