# What walks of a tree share: province, district and commune as three services of one machine, the reports
# of the sample, and a ledger of all receipts. Everything that is acknowledged is in the ledger, and
# all_is_held holds it against the province.

samples=/usr/share/doc/tonghop/examples/gia-lai
nodes=(gia-lai duc-co chu-ty) # from the topmost to the lowest

tonghop_of() { tonghop --node "$@"; }
csv() { sed 's/"[^"]*"/-/g; s/\r//; 1d'; } # without header; texts with commas are not looked at
property() { systemctl show --property "$2" --value "tonghopd@$1"; }
are_well() { # NODE...
    local node
    for node in "$@"; do
        documented 'tonghop --node duc-co status --wait 60' "duc-co=$node"
    done
}

# Files a file of the sample at a node.
file_at() { # NODE PERIOD FILE [OPTION]
    documented 'tonghop --node duc-co submit /usr/share/doc/tonghop/examples/gia-lai/reports/2024/631.csv --period 2024 --wait safe' \
        "--node duc-co=--node $1" "reports/2024/631.csv=reports/$2/$3.csv" "--period 2024=--period $2" "--wait safe=--format csv ${4-}" | acknowledged "$2"
}

acknowledged() { # PERIOD: what the command has printed, into the ledger
    csv >/walk/filed
    [[ -s /walk/filed ]]
    no grep -vE ',(accepted|unchanged)$' /walk/filed
    sed "s/^/$1,/" /walk/filed >>/walk/ledger
}

file_at_the_root() { # PERIOD
    file_at gia-lai "$1" 64
    file_at gia-lai "$1" 64-districts '--scope whole'
    file_at gia-lai "$1" 632 '--unit 632'
    file_at gia-lai "$1" 632-communes
    file_at gia-lai "$1" 23887 '--unit 23887'
}

file_period() { # PERIOD; without a unit in the file or an option, it is the node's own
    file_at_the_root "$1"
    file_at duc-co "$1" 631
    file_at duc-co "$1" 631-communes
    file_at duc-co "$1" 23872 '--unit 23872'
    file_at chu-ty "$1" 23857
}

ledger_is_held() { # every report that was acknowledged is at the province, with that revision or a newer one
    local period unit form revision held count=0
    while IFS=, read -r period unit _ form revision _; do
        held=$(tonghop_of gia-lai history "id:$unit" --period "$period" --form "$form" --format csv |
            csv | head -n 1 | cut -d , -f 2)
        [[ ${held:-0} -ge $revision ]] ||
            fail "$unit, $form, $period: revision $revision was acknowledged, ${held:-none} is held"
        count=$((count + 1))
    done <<<"$(sort -u /walk/ledger)"
    [[ $count -gt 100 ]] || fail "only $count reports in the ledger"
}

all_is_held() { # and no node finds a difference
    local node
    are_well $(printf '%s\n' "${nodes[@]}" | tac) # from the lowest to the topmost
    ledger_is_held
    for node in "${nodes[@]}"; do
        expect_in "verify of $node" ', 0 differences' \
            "$(documented 'tonghop --node gia-lai verify' "gia-lai=$node")"
    done
}

published_is_right() { # every figure that was published comes out at the province
    local unit period indicator qualifier value count=0
    while IFS=, read -r unit period indicator qualifier value _; do
        expect "$indicator of $unit in $period" "$value,$qualifier" \
            "$(tonghop_of gia-lai totals --period "$period" --unit "$unit" --indicator "$indicator" \
                --format csv | csv | cut -d , -f 10,11)"
        count=$((count + 1))
    done <<<"$(tail -n +2 "$samples/published.csv")"
    [[ $count -gt 20 ]] || fail "only $count published figures"
}

install_from() { # FOLDER with packages
    cd "/walk/$1" && documented 'apt install ./tonghop_*.deb ./tonghopd_*.deb'
}

province_comes_up() {
    documented 'tonghop init gia-lai --unit 64 --listen tcp://0.0.0.0:7464'
    documented 'systemctl enable --now tonghopd@gia-lai'
    documented 'tonghop --node gia-lai catalogue publish /usr/share/doc/tonghop/examples/gia-lai/catalogue'
    documented 'tonghop --node gia-lai status'
    expect 'mode of the key' '600 root root' "$(stat -c '%a %U %G' /etc/tonghop/gia-lai.key)"
    expect 'mode of the folder' '700 tonghop tonghop' "$(stat -c '%a %U %G' /var/lib/tonghop/gia-lai)"
}

node_comes_up() { # NAME UNIT PARENT PORT-OF-PARENT [PORT]
    local key
    key=$(documented 'cat /etc/tonghop/gia-lai.pub' "gia-lai=$3")
    documented "tonghop init duc-co --unit 631 --listen tcp://0.0.0.0:7464 --parent 'tcp://gia-lai.example:7464 KEY-OF-THE-PROVINCE'" \
        "duc-co=$1" 631="$2" \
        "--listen tcp://0.0.0.0:7464=${5:+--listen tcp://0.0.0.0:$5}" \
        "gia-lai.example:7464=$3.example:$4" "KEY-OF-THE-PROVINCE=$key" >/walk/printed
    key=$(cat "/etc/tonghop/$1.pub")
    expect 'the line that init prints' "tonghop enrol $2 $key --role node" "$(cat /walk/printed)"
    TONGHOP_NODE=$3 documented 'tonghop enrol 631 KEY-OF-DUC-CO --role node' 631="$2" "KEY-OF-DUC-CO=$key"
    documented 'systemctl enable --now tonghopd@duc-co' "duc-co=$1"
    are_well "$1"
}

slip_is_corrected() { # one of the files has one, for deploy/demo
    . "$samples/demo.env"
    amend_at chu-ty "$TYPO_INDICATOR" "$TYPO_RIGHT_VALUE" "$TYPO_PERIOD"
}

amend_at() { # NODE INDICATOR VALUE PERIOD [OPTION]
    TONGHOP_NODE=$1 documented 'tonghop amend INDICATOR VALUE --period PERIOD --reason TEXT' \
        "INDICATOR=$2" "VALUE=$3" "PERIOD=$4" "TEXT='typed wrongly' --format csv ${5-}" | acknowledged "$4"
}

commune_files_again() { # two new revisions, and the same figures
    file_at chu-ty 2024 23857
    slip_is_corrected
}

totals_are_right() {
    local period
    for period in 2023 2024-S1 2024; do file_period "$period"; done
    are_well chu-ty duc-co
    slip_is_corrected
    all_is_held
    published_is_right
}
