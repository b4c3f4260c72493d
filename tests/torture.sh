#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kills a training run with SIGKILL again and again, every other time while it writes a snapshot, and resumes it. Checks that
#   - every snapshot in its folder is whole after each kill,
#   - the last networks have the bits of a run that was never killed,
#   - stats.jsonl has the same lines but for times and memory,
#   - nothing else is left: no partial file, no lock.
#
# With several ranks, mpirun starts as many processes, and one of them is killed; the others end within 10 seconds.
#
#     tests/torture.sh PROGRAM [KILLS [SEED [RANKS]]]      50 kills, seed 1 and 1 rank by default
set -euo pipefail

program=$(realpath "$1")
kills=${2:-50}
RANDOM=${3:-1}
ranks=${4:-1}
launch=()
if ((ranks > 1)); then
    if ! command -v mpirun > /dev/null; then
        echo "skipped: there is no mpirun"
        exit 77
    fi
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl=self,vader OMPI_MCA_btl_vader_single_copy_mechanism=none
    launch=(mpirun -n "$ranks")
fi
data=$(realpath "$(dirname "$0")/../examples/data/faces-32.zip")
if [[ ! -f $data ]]; then
    echo "skipped: there is no examples/data/faces-32.zip"
    exit 77
fi
folder=$(mktemp -d)
pid=0
trap '[[ $pid == 0 ]] || kill -KILL "$pid" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
exec {never}<> <(:)  # reading from it waits, without a process for each wait

settings=(--data "$data" --fmap-base 128 --fmap-max 32 --latent 32 --map-depth 2 --batch $((ranks > 1 ? 4 * ranks : 8)) --threads 1 --seed 1
          --shards "$((ranks > 1 ? ranks : 1))" --kimg 1.2 --tick 0.04 --snap 3 --snap-minutes 0.003 --lod-kimg 0.2 --fade-kimg 0.2)

fail() {
    echo "failed: $*"
    tail -n 20 ./*/*/log.txt || true
    exit 1
}

# The file that the last line "Finished at ..." of a log names.
finished() { sed -n 's/^Finished at [^:]*: //p' "$1/log.txt" | tail -n 1; }

# stats.jsonl without what differs between any two runs.
lasting() { sed -E 's/"(Timing|Resources)[^}]*\},?//g; s/"timestamp":[0-9.e+]*//' "$1/stats.jsonl"; }

# The process to kill: the run, or one of its ranks.
victim() {
    if ((ranks > 1)); then pgrep -P "$pid" | shuf -n 1 --random-source=<(yes "$RANDOM"); else echo "$pid"; fi
}

# Kills the run at a random moment, or when it writes a snapshot, unless it ends before.
kill_it() {
    local wait=$((RANDOM % 600)) in_snapshot=$((RANDOM % 2)) partial
    sleep "$(printf '0.%03d' "$wait")"
    while ((in_snapshot)) && kill -0 "$pid" 2> /dev/null; do
        for partial in "$1"/.network-snapshot-*.partial; do
            [[ -e $partial ]] && break 2
        done
        read -rt 0.001 -u "$never" || true
    done
    kill -KILL "$(victim)" 2> /dev/null || return 0
    killed_at=$SECONDS
}

"$program" train --outdir straight "${settings[@]}" > /dev/null || fail "the run that is never killed"
straight=$(echo straight/*)
expected=$(finished "$straight")

count=0 killed_at=0 in_writing=0 round=0 checked=0
while ((count < kills)); do
    round=$((round + 1))
    run="" status=0
    while :; do
        if [[ -z $run ]]; then
            "${launch[@]}" "$program" train --outdir "killed$round" "${settings[@]}" > out.txt 2> err.txt &
        else
            "${launch[@]}" "$program" train --resume latest --outdir "killed$round" > out.txt 2> err.txt &
        fi
        pid=$!
        if ((count < kills)); then
            while [[ -z $run ]] && kill -0 "$pid" 2> /dev/null; do
                for run in "killed$round"/0*; do [[ -e $run/training_options.json ]] && break || run=""; done
            done
            kill_it "$run"
        fi
        status=0
        { wait "$pid"; } 2> /dev/null || status=$?
        pid=0
        ((status != 137 || SECONDS - killed_at <= 10)) || fail "the other ranks went on for $((SECONDS - killed_at)) seconds"
        ((status == 137)) || break
        count=$((count + 1))
        compgen -G "$run/.network-snapshot-*.partial" > /dev/null && in_writing=$((in_writing + 1))
        for snapshot in "$run"/network-snapshot-*.safetensors; do
            [[ -e $snapshot ]] || continue
            "$program" info --verify "$snapshot" > /dev/null 2> info.txt || fail "after kill $count: $(cat info.txt)"
            checked=$((checked + 1))
        done
    done
    # killed after its last snapshot, a run has nothing left to do, and says so
    if ((status != 0)) && ! grep -q 'kimg: is 1.2, expected more than the 1.2' err.txt; then fail "$(cat err.txt)"; fi
    last=$(finished "$run")
    [[ -n $last ]] || last=$run/$(basename "$expected")
    cmp "$expected" "$last" || fail "the networks differ after $count kills"
    diff <(lasting "$straight") <(lasting "$run") > diff.txt || fail "stats.jsonl differs: $(head -c 2000 diff.txt)"
    rest=$(find "$run" -name '.*' -o -name run.lock)
    [[ -z $rest ]] || fail "left: $rest"
done
echo "$count kills in $round runs, $in_writing of them while a snapshot was written; $checked snapshots opened;" \
     "networks and stats.jsonl as in the run that was never killed"
