#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [OPTION...] SECONDS [CORPUS]: builds the fuzz targets and runs each for SECONDS, two at a time.
#   --executions N   a target stops once it has N executions in all, those of earlier calls included; with SECONDS 0, only then
#   --jobs N         targets at a time (default 2)
#   --only A,B       these targets alone
# CORPUS (default build/fuzz/corpus) keeps what a later call resumes from: the inputs that reach new code, log.tsv with a line
# for each run, findings/TARGET with inputs that failed, output/TARGET.log. The table at the end counts all runs in log.tsv.
# The exit status is 1 if a target failed. Keep a finding as tests/fuzz/found/TARGET/NAME: ctest runs it as fuzz.TARGET.
#
# No input, of at most 16 KiB here, may take more memory than 256 MiB or more time than 2 seconds. A single allocation has that
# limit; the whole process has twice as much, for the sanitizers and libFuzzer. Time has five times as much, since sanitizers
# slow the code down; inputs above 2 seconds are kept as findings/TARGET/slow-unit-*.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  sed -n '3,6s/^# //p' "$0" >&2
  exit 2
}

executions=0 jobs=2 only=
while [[ ${1-} == --* ]]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --executions) executions=$2 ;;
    --jobs) jobs=$2 ;;
    --only) only=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[[ ${1-} =~ ^[0-9]+$ && $executions =~ ^[0-9]+$ && $jobs =~ ^[1-9][0-9]*$ ]] || usage
seconds=$1
[ "$seconds" -gt 0 ] || [ "$executions" -gt 0 ] || usage
corpus=$(realpath -m "${2:-build/fuzz/corpus}")

targets=()
for source in tests/fuzz/*.cpp; do
  name=$(basename "$source" .cpp)
  [ -z "$only" ] || [[ ,$only, == *,$name,* ]] || continue
  targets+=("$name")
done
[ ${#targets[@]} -gt 0 ] || usage

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel "$(nproc)" --target "${targets[@]/#/fuzz_}"
mkdir -p "$corpus/output" "$corpus/findings"
log=$corpus/log.tsv
[ -e "$log" ] || printf 'date\ttarget\texecutions\tper_second\tedges\tcorpus\tbytes\tpeak_MiB\tseconds\texit\n' >"$log"

# executions_of TARGET: of all runs so far
executions_of() { awk -F'\t' -v t="$1" '$2 == t {n += $3} END {printf "%d", n}' "$log"; }

# run_target TARGET: runs it, and adds a line to the log
run_target() {
  local name=$1 output=$corpus/output/$1.log status=0 start=$SECONDS left folder limits=()
  if [ "$executions" -gt 0 ]; then
    left=$((executions - $(executions_of "$name")))
    [ "$left" -gt 0 ] || return 0
    limits+=("-runs=$left")
  fi
  [ "$seconds" -eq 0 ] || limits+=("-max_total_time=$seconds")
  mkdir -p "$corpus/inputs/$name" "$corpus/findings/$name"
  local folders=("$corpus/inputs/$name")
  for folder in tests/fuzz/seeds/$name tests/fuzz/found/$name; do
    [ ! -d "$folder" ] || folders+=("$folder")
  done
  # little quarantine: what a reader freed would count as its memory
  ASAN_OPTIONS=quarantine_size_mb=16:detect_leaks=1 "build/fuzz/tests/fuzz/fuzz_$name" "${limits[@]}" -max_len=16384 \
    -malloc_limit_mb=256 -rss_limit_mb=512 -timeout=10 -report_slow_units=2 -print_final_stats=1 -reload=0 \
    -artifact_prefix="$corpus/findings/$name/" "${folders[@]}" >"$output" 2>&1 || status=$?
  awk -v date="$(date -u +%FT%TZ)" -v name="$name" -v seconds=$((SECONDS - start)) -v status=$status '
    match($0, / cov: [0-9]+/) { edges = substr($0, RSTART + 6, RLENGTH - 6) }
    match($0, / corp: [0-9]+\/[0-9]+[KMb]*/) { split(substr($0, RSTART + 7, RLENGTH - 7), size, "/") }
    /^stat::number_of_executed_units:/ { count = $2 }
    /^stat::average_exec_per_sec:/ { rate = $2 }
    /^stat::peak_rss_mb:/ { peak = $2 }
    END { printf "%s\t%s\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t%d\n", date, name, count, rate, edges, size[1], size[2], peak,
          seconds, status }' "$output" >>"$log"
  [ $status -eq 0 ] || printf '%s: failed, see %s\n' "$name" "$output" >&2
}

lines=$(wc -l <"$log")
running=0
for name in "${targets[@]}"; do
  if [ "$running" -ge "$jobs" ]; then
    wait -n
    running=$((running - 1))
  fi
  run_target "$name" &
  running=$((running + 1))
done
wait

awk -F'\t' -v only=",$(IFS=,; echo "${targets[*]}")," '
  NR > 1 && index(only, "," $2 ",") {
    if (!($2 in total)) order[++n] = $2
    total[$2] += $3; time[$2] += $9; edges[$2] = $5; corpus[$2] = $6; bytes[$2] = $7; status[$2] = $10
    if ($8 > peak[$2]) peak[$2] = $8
  }
  END {
    printf "\n%-20s %12s %8s %8s %8s %8s %9s %9s %5s\n", "target", "executions", "per s", "edges", "corpus", "bytes",
           "peak MiB", "seconds", "exit"
    for (i = 1; i <= n; ++i) {
      t = order[i]
      printf "%-20s %12d %8d %8d %8d %8s %9d %9d %5d\n", t, total[t], time[t] ? total[t] / time[t] : 0, edges[t],
             corpus[t], bytes[t], peak[t], time[t], status[t]
    }
  }' "$log"
slow=$(find "$corpus/findings" -type f -name 'slow-unit-*' | wc -l)
[ "$slow" -eq 0 ] || printf '\n%d inputs took more than 2 seconds: %s/*/slow-unit-*\n' "$slow" "$corpus/findings"
tail -n +$((lines + 1)) "$log" | awk -F'\t' '$10 != 0 { failed = 1 } END { exit failed }'
