#!/bin/bash
# Runs one walk inside the container: its steps in order, one line for each. What a step runs with
# `documented` stands in the documents, word for word; placeholders are named with their values.
set -uo pipefail

begin_s=$SECONDS
steps=0 failed=''
export LC_ALL=C.UTF-8 TONGHOP_LANG=en

# Every line of a block of commands, without its comment and with what it continues on, and everything
# that is set as code in a sentence or a table.
list_documented() {
    sed -e :a -e '/\\$/{N; s/\\\n */ /; ta' -e '}' /walk/*.md |
        awk '/^```/ { is_block = !is_block; next }
             is_block { sub(/^[$] /, ""); sub(/ +# .*/, ""); gsub(/ +/, " "); print; next }
             { while (match($0, /`[^`]+`/)) {
                   print substr($0, RSTART + 1, RLENGTH - 2); $0 = substr($0, RSTART + RLENGTH) } }'
}

documented() { # COMMAND [PLACEHOLDER=VALUE ...]: runs a command of the documents
    local command=$1 word
    grep -qxF -- "$command" /walk/documented || fail "no document says: $command"
    for word in "${@:2}"; do
        [[ $command == *"${word%%=*}"* ]] || fail "there is no ${word%%=*} in: $command"
        command=${command//"${word%%=*}"/"${word#*=}"}
    done
    printf '$ %s\n' "$command" >&2
    bash -c "$command"
}

fail() {
    printf '%s\n' "$1"
    exit 1
}

expect() { # WHAT EXPECTED ACTUAL
    [[ $2 == "$3" ]] || fail "$1
  expected: $2
  actual:   $3"
}

expect_in() { # WHAT PART TEXT
    [[ $3 == *"$2"* ]] || fail "$1
  expected: ... $2 ...
  actual:   $3"
}

no() { # COMMAND...: has to fail, with STATUS if that is set
    local status=0
    "$@" || status=$?
    [[ $status -eq ${STATUS:-$status} && $status -ne 0 ]] ||
        fail "exit status $status, not ${STATUS:-a failure}: $*"
}

eventually() { # SECONDS WHAT COMMAND...
    local end_s=$((SECONDS + $1))
    while ! ("${@:3}") >/walk/last 2>&1; do # a check that ends its shell is only untrue
        [[ $SECONDS -lt $end_s ]] || {
            cat /walk/last
            fail "not true after $1 s: $2"
        }
        sleep 0.2
    done
}

finish() {
    [[ -z $failed ]] || printf 'FAILED: %s\n' "$failed"
    [[ -n $failed ]] || printf 'passed: %d steps in %d s\n' "$steps" $((SECONDS - begin_s))
    exit
}

# Each in a shell of its own, which ends at the first failure. So does the walk, unless IS_INDEPENDENT.
step() { # WHAT FUNCTION [ARGUMENT ...]
    local status begin=${EPOCHREALTIME/./} end
    (set -e && cd /walk && "${@:2}") >/walk/step.log 2>&1
    status=$?
    end=${EPOCHREALTIME/./}
    if [[ $status -ne 0 ]]; then
        printf 'FAILED  %s\n' "$1"
        journalctl --no-pager --unit 'tonghop*' 2>/dev/null | grep -v ': took in ' | tail -n 40 | sed 's/^/    | /'
        sed 's/^/    /' /walk/step.log
        failed=$1
        [[ -n ${IS_INDEPENDENT-} ]] || finish
        return 0
    fi
    steps=$((steps + 1))
    printf 'ok  %s  [%d.%d s]\n' "$1" $(((end - begin) / 1000000)) $(((end - begin) / 100000 % 10))
}

printf 'begun\n'
list_documented >/walk/documented
. "/walk/walk_$1"
finish
