#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program `stylegan` on a GPU beside PyTorch on the same one, taking turns.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: benchmarks/gpu.sh [--quick] [--reps N] [--precisions LIST] [--minutes X] [--peers DIR] [--python PROGRAM] [--build DIR] [--results DIR]

Times generation at 256x256 and 1024x1024 (batch 1, 8, 32) and training at 256x256 and 1024x1024 on the first GPU, each in
single precision, TF32, FP16 and BF16 (PyTorch by its autocast). Also measures what the GPU can do in the first two, and
which share of that is reached.
Prints a table (Markdown) and writes DIR/<date>-gpu.json. Without a GPU it says so and ends with status 1.

  --quick            256x256 only, 1 turn
  --reps N           turns, of which the median counts (3); each turn of a program is the median of 7 runs, or of 3 that train
  --precisions LIST  (fp32,tf32,fp16,bf16)
  --minutes X        begin no work after so many minutes: what was measured is written then
  --peers DIR        where stylegan1_torch.py is (../shared/peers beside the sources)
  --python PROGRAM   the Python that has torch with CUDA (python3)
  --build DIR        where our programs are built, with the preset cuda (build/cuda)
  --results DIR      (benchmarks/results)

What is missing is skipped by name. Needs jq, cmake, nvcc and cuDNN.
TEXT
}

root=$(cd "$(dirname "$0")/.." && pwd)
peers=$root/../shared/peers build=$root/build/cuda results=$root/benchmarks/results
python=python3 mode=full reps=3
precisions=fp32,tf32,fp16,bf16 minutes=1000

fail() {
  printf 'gpu.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}
say() { printf '%s\n' "$*" >&2; }

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --quick)
      mode=quick reps=1
      shift
      continue
      ;;
    --reps | --precisions | --minutes | --peers | --python | --build | --results) [ $# -gt 1 ] || fail "$1 needs a value" 2 ;;
    *) fail "unknown argument '$1'; --help tells the known ones" 2 ;;
  esac
  case $1 in
    --reps)
      [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "--reps is '$2', expected a positive whole number" 2
      reps=$2
      ;;
    --precisions)
      [[ $2 =~ ^(fp32|tf32|fp16|bf16)(,(fp32|tf32|fp16|bf16))*$ ]] || fail "--precisions is '$2', expected some of fp32,tf32,fp16,bf16" 2
      precisions=$2
      ;;
    --minutes)
      [[ $2 =~ ^[0-9]+(\.[0-9]+)?$ ]] || fail "--minutes is '$2', expected a number" 2
      minutes=$2
      ;;
    --peers) peers=$2 ;;
    --python) python=$2 ;;
    --build) build=$2 ;;
    --results) results=$2 ;;
  esac
  shift 2
done

gpu=$(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader --id=0 2>/dev/null) ||
  fail "there is no GPU here (nvidia-smi finds none): nothing was measured"
for tool in jq cmake; do command -v "$tool" >/dev/null || fail "$tool is missing; install the package $tool"; done

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT TERM
runs=$temporary/runs.jsonl layers=$temporary/layers.jsonl
: >"$runs"
: >"$layers"

# ---- the programs

export PATH="$PATH:${CUDA_HOME:-/usr/local/cuda}/bin"
[ -e "$build/CMakeCache.txt" ] ||
  cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DSTYLEGAN_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=native >&2
cmake --build "$build" --parallel "$(nproc)" --target stylegan-cli bench_gpu_machine >&2
stylegan=$build/examples/stylegan

peer=$peers/stylegan1_torch.py have_torch=true
if [ ! -e "$peer" ]; then
  have_torch=false && say "Skipped: PyTorch ($peer is missing)"
elif ! "$python" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
  have_torch=false && say "Skipped: PyTorch ($python has no module torch that finds the GPU)"
fi

# ---- one turn of one program: for each precision it prints a line of JSON, with its name

turn() { # turn PROGRAM, with the variables of the work: what, res, batch
  local precision arguments=(--batch "$batch" --reps 7)
  [ "$what" != train ] || arguments=(--batch "$batch" --reps 3)
  case $1 in
    ours)
      for precision in ${precisions//,/ }; do
        "$stylegan" benchmark --device cuda --gpu-precision "$precision" --what "$what" --resolution "$res" --json "${arguments[@]}" |
          jq -c --arg precision "$precision" '. + {precision: $precision}'
      done
      ;;
    torch)
      "$python" -W ignore "$root/benchmarks/gpu_torch.py" "$what" --peer "$peer" --res "$res" --precision "$precisions" \
        "${arguments[@]}"
      ;;
  esac
}

work() { # work WHAT RES BATCH: all programs and precisions, turn by turn
  what=$1 res=$2 batch=$3
  local index program programs=(ours)
  if [ $SECONDS -gt "$(jq -n "$minutes * 60 | floor")" ]; then
    say "Skipped: $what ${res}x$res, batch $batch (the time is over)"
    return
  fi
  if $have_torch; then programs+=(torch); fi
  for ((index = 1; index <= reps; ++index)); do
    for program in "${programs[@]}"; do
      turn "$program" >"$temporary/lines" 2>"$temporary/log" ||
        say "Skipped: $program, $what ${res}x$res, batch $batch, some precisions (it failed: $(tail -n 1 "$temporary/log"))"
      jq -c --arg program "$program" --arg what "$what" --argjson turn "$index" '. + {program: $program, what: $what, turn: $turn}' \
        "$temporary/lines" >>"$runs"
      say "$what ${res}x$res, batch $batch, turn $index/$reps: $program $(jq -r '"\(.precision) \(1 / .median | . * 10 | round / 10)"' \
        "$temporary/lines" | paste -sd, -) pictures/s"
    done
  done
  # what the layers do, in a run of its own: the clock of a layer waits for its end
  [ "$what" != generate ] ||
    "$stylegan" benchmark --device cuda --resolution "$res" --batch "$batch" --reps 1 --profile --json >>"$layers" 2>"$temporary/log" ||
    say "Skipped: the share of the limits, generate ${res}x$res, batch $batch (it failed: $(tail -n 1 "$temporary/log"))"
}

say "Measuring the limits of $gpu"
"$build/benchmarks/bench_gpu_machine" >"$temporary/machine.json"

resolutions=(256)
[ "$mode" = quick ] || resolutions+=(1024)
for batch in 1 8 32; do
  for res in "${resolutions[@]}"; do work generate "$res" "$batch"; done
done
work train 256 16
[ "$mode" = quick ] || work train 1024 4

# ---- what came of it

date=$(date -u +%Y-%m-%d)
mkdir -p "$results"
out=$results/$date-gpu$([ "$mode" = full ] || echo "-$mode").json
jq -n --slurpfile runs "$runs" --slurpfile layers "$layers" --slurpfile limits "$temporary/machine.json" --arg date "$date" --arg mode "$mode" \
  --arg gpu "$gpu" --argjson turns "$reps" '
  def median: sort | .[length / 2 | floor];
  def is_resampling: .layer | test("up-convolution|down-convolution");
  # Products as they are done: 16 for 4 pixels where a convolution scales up or down, not 36.
  def products: if is_resampling then .multiply_adds * 4 / 9 else .multiply_adds end;
  # The least time of a picture: each layer does its products at the peak, or moves its data at the peak, whichever is longer.
  def least($gflops; $gbs): .batch as $n | [.layers[] | [2 * products / $gflops, .bytes / $gbs] | max] | 1e-9 * add / $n;
  def figures: {peer: .[0].peer, turns: length, median: (map(.median) | median), min: (map(.min) | min),
    max: (map(.max) | max), device_mib: (map(.device_mb) | max)};
  $limits[0] as $l |
  {date: $date, mode: $mode, gpu: $gpu, limits: $l, turns: $turns,
   works: [$runs | group_by([.what, .res, .batch, .precision])[] |
     {what: .[0].what, res: .[0].res, batch: .[0].batch, precision: .[0].precision} +
     (map(select(.program == "ours")) | if length > 0 then .[0] as $run | {ours: figures} +
       ([$layers[] | select($run.what == "generate" and ($run.precision | test("32$")) and .res == $run.res and .batch == $run.batch)] | if length > 0 then
          {least: (.[0] | least(if $run.precision == "tf32" then $l.tf32_gflops else $l.fp32_gflops end; $l.read_write_gbs))}
        else {} end)
      else {} end) +
     (map(select(.program == "torch")) | if length > 0 then {torch: figures} else {} end)],
   layers: $layers, runs: $runs}' >"$out"

jq -r '
  def digits($n): . * pow(10; $n) | round / pow(10; $n) | tostring;
  def speed: if . == null then "-" else 1 / .median | digits(1) end;
  def memory: if . == null then "-" else .device_mib | tostring end;
  "", "\(.date), \(.gpu)",
  "Limits: single precision \(.limits.fp32_gflops / 1000 | digits(1)) TFLOP/s, TF32 \(.limits.tf32_gflops / 1000 | digits(1)) TFLOP/s, " +
  "read and write \(.limits.read_write_gbs | round) GB/s",
  "Medians of \(.turns) turns, each the median of 7 runs, or of 3 that train. Share: of the least time that the limits allow.", "",
  "| work | batch | precision | ours pictures/s | GPU MiB | share | PyTorch pictures/s | GPU MiB | faster |",
  "|---|---|---|---|---|---|---|---|---|",
  (.works[] | "| \(.what) \(.res)x\(.res) | \(.batch) | \(.precision) | \(.ours | speed) | \(.ours | memory) " +
    "| \(if .least then "\(100 * .least / .ours.median | round) %" else "-" end) | \(.torch | speed) | \(.torch | memory) " +
    "| \(if .ours and .torch then .torch.median / .ours.median | digits(2) else "-" end) |")
' "$out"
say "Written: $out"
