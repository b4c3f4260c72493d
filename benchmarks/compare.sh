#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The program `stylegan` beside other implementations of the same networks, on this machine, taking turns.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: benchmarks/compare.sh [--quick] [--only WHAT] [--reps N] [--peers DIR] [--onnxruntime DIR] [--build DIR] [--results DIR]

Times generation, training and LPIPS with stylegan-cpp, PyTorch and ONNX Runtime, alternating, with the same weights and
the same latents. Outputs are compared first: where they differ by more than 0.001 of the largest value, no ratio is told.
Our own kernels by Eigen alone take their turns, too. Also measures what the machine can do and how far a picture is from that, how long the program takes from its start to a
written picture, and how long a file with Generator<1024> compiles. Prints tables (Markdown) and writes DIR/<date>.json.

  --quick            256x256 only, 3 turns, a small network for training
  --only WHAT        generate, train or lpips alone
  --reps N           turns, of which the median counts (7; with --quick 3); each turn of a program is the median of 3 runs
  --peers DIR        where stylegan1_torch.py and onnxruntime_peer.mjs are (../shared/peers beside the sources)
  --onnxruntime DIR  where `npm install onnxruntime-node` was done (a temporary folder, where it is done then)
  --build DIR        where our programs are built (build/release)
  --results DIR      (benchmarks/results)

PyTorch is Debian's python3-torch, with libopenblas0-openmp for its products and python3-onnx to hand its networks on; ONNX
Runtime is npm's onnxruntime-node.
What is missing is skipped by name. Needs jq and cmake.
TEXT
}

root=$(cd "$(dirname "$0")/.." && pwd)
peers=$root/../shared/peers build=$root/build/release results=$root/benchmarks/results
onnxruntime='' mode=full reps='' only=''
inner_reps=3

fail() {
  printf 'compare.sh: %s\n' "$1" >&2
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
      mode=quick
      shift
      continue
      ;;
    --only | --reps | --peers | --onnxruntime | --build | --results) [ $# -gt 1 ] || fail "$1 needs a value" 2 ;;
    *) fail "unknown argument '$1'; --help tells the known ones" 2 ;;
  esac
  case $1 in
    --only)
      [[ $2 =~ ^(generate|train|lpips)$ ]] || fail "--only is '$2', expected generate, train or lpips" 2
      only=$2
      ;;
    --reps)
      [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "--reps is '$2', expected a positive whole number" 2
      reps=$2
      ;;
    --peers) peers=$2 ;;
    --onnxruntime) onnxruntime=$2 ;;
    --build) build=$2 ;;
    --results) results=$2 ;;
  esac
  shift 2
done
reps=${reps:-$([ "$mode" = quick ] && echo 3 || echo 7)}
for tool in jq cmake; do command -v "$tool" >/dev/null || fail "$tool is missing; install the package $tool"; done

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT TERM
runs=$temporary/runs.jsonl
: >"$runs"

# ---- our programs

[ -e "$build/CMakeCache.txt" ] || cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release >&2
cmake --build "$build" --parallel "$(nproc)" --target stylegan-cli bench_machine >&2
stylegan=$build/examples/stylegan

# ---- the peers that are here

python=/usr/bin/python3
torch_peer=$peers/stylegan1_torch.py onnx_peer=$peers/onnxruntime_peer.mjs
have_torch=true have_onnx=true

missing() { # missing NAME WHAT: a peer is left out
  say "Skipped: $1 ($2)"
}

if [ ! -e "$torch_peer" ]; then
  have_torch=false && missing PyTorch "$torch_peer is missing"
elif ! "$python" -c 'import torch' 2>/dev/null; then
  have_torch=false && missing PyTorch "$python has no module torch; install the package python3-torch"
elif readlink -f /usr/lib/*/libblas.so.3 | grep -q '/blas/libblas'; then
  have_torch=false && missing PyTorch "with the reference BLAS it is six times slower than it can be; install libopenblas0-openmp"
fi
if [ ! -e "$onnx_peer" ]; then
  have_onnx=false && missing "ONNX Runtime" "$onnx_peer is missing"
elif ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  have_onnx=false && missing "ONNX Runtime" "node or npm is missing"
elif [ $have_torch = false ]; then
  have_onnx=false && missing "ONNX Runtime" "its networks come from PyTorch"
elif ! "$python" -c 'import onnx' 2>/dev/null; then
  have_onnx=false && missing "ONNX Runtime" "$python has no module onnx; install the package python3-onnx"
elif [ -z "$onnxruntime" ]; then
  onnxruntime=$temporary/onnxruntime
  mkdir "$onnxruntime"
  say "Installing onnxruntime-node into a temporary folder"
  (cd "$onnxruntime" && npm install --ignore-scripts --no-audit --no-fund onnxruntime-node >npm.log 2>&1) || {
    have_onnx=false && missing "ONNX Runtime" "npm could not install onnxruntime-node: $(tail -n 1 "$onnxruntime/npm.log")"
  }
elif [ ! -d "$onnxruntime/node_modules/onnxruntime-node" ]; then
  have_onnx=false && missing "ONNX Runtime" "$onnxruntime holds no node_modules/onnxruntime-node"
fi
onnx_peer=$(realpath -m "$onnx_peer")

# With glibc's defaults every large tensor's pages are given back and faulted in again: PyTorch would look ten times
# slower than it is. These are the settings that the peer's own notes ask for.
with_torch() {
  GLIBC_TUNABLES=glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184:glibc.malloc.hugetlb=1 \
    "$python" -W ignore "$@"
}
torch() { with_torch "$torch_peer" "$@"; }

# ---- one turn of one program; each prints a line of JSON

# turn PROGRAM WORK, with the variables of the work: what, res, batch, threads, base, max
turn() {
  local kernels=fast
  [ "$1" != ours-eigen ] || kernels=eigen
  case $1:$what in
    ours*:generate)
      if [ -n "$model" ]; then
        "$stylegan" benchmark --network "$model.safetensors" --z "$model.z.npy" --expect "$model.y.npy" \
          --kernels $kernels --threads "$threads" --reps "$inner_reps" --json
      else
        "$stylegan" benchmark --resolution "$res" --batch "$batch" --kernels $kernels --threads "$threads" \
          --reps "$inner_reps" --json
      fi
      ;;
    ours*:train)
      "$stylegan" benchmark --kernels $kernels --what train --resolution "$res" --fmap-base "$base" --fmap-max "$max" --batch "$batch" \
        --threads "$threads" --reps "$inner_reps" --json
      ;;
    ours*:lpips)
      "$stylegan" benchmark --kernels $kernels --what lpips --resolution "$res" --batch "$batch" --threads "$threads" --reps "$inner_reps" --json
      ;;
    torch-eager:lpips)
      with_torch "$root/benchmarks/lpips_torch.py" --side "$res" --pairs "$batch" --threads "$threads" --reps "$inner_reps"
      ;;
    onnxruntime:generate) (cd "$onnxruntime" && node "$onnx_peer" "$model" "$batch" "$threads" "$inner_reps") ;;
    torch-*:generate)
      torch infer --res "$res" --batch "$batch" --threads "$threads" --mode "${1#torch-}" --reps "$inner_reps"
      ;;
    torch-*:train)
      torch train --res "$res" --batch "$batch" --threads "$threads" --fmap-base "$base" --fmap-max "$max" --reps "$inner_reps"
      ;;
  esac
}

# work WHAT RES BATCH THREADS BASE MAX: all programs, turn by turn
work() {
  what=$1 res=$2 batch=$3 threads=$4 base=$5 max=$6 model=''
  [ -z "$only" ] || [ "$only" = "$what" ] || return 0
  local name="$what ${res}x$res" programs=(ours ours-eigen) program line index
  if [ "$what" = generate ] && [ $have_torch = true ]; then
    model=$temporary/g$res-$batch.onnx
    if [ ! -e "$model.safetensors" ]; then
      say "Exporting a ${res}x$res generator for batch $batch"
      torch export --res "$res" --batch "$batch" --out "$model" >"$temporary/log" 2>&1 || {
        say "Skipped: outputs compared, ONNX Runtime at ${res}x$res (the export failed: $(tail -n 1 "$temporary/log"))"
        model=''
      }
    fi
  fi
  if [ $have_torch = true ]; then
    programs+=(torch-eager)
    [ "$what" != generate ] || programs+=(torch-jit_cl)
  fi
  if [ $have_onnx = true ] && [ -n "$model" ]; then programs+=(onnxruntime); fi

  for ((index = 1; index <= reps; ++index)); do
    for program in "${programs[@]}"; do
      line=$(turn "$program" 2>"$temporary/log") || {
        say "Skipped: $program, $name (it failed: $(tail -n 1 "$temporary/log"))"
        continue
      }
      jq -c --arg work "$name" --arg program "$program" --arg what "$what" --argjson turn "$index" --argjson res "$res" \
        --argjson base "$base" --argjson max "$max" '. + {work: $work, what: $what, program: $program, turn: $turn,
          res: $res, fmap_base: $base, fmap_max: $max}' <<<"$line" >>"$runs"
      say "$(jq -r --arg reps "$reps" '"\(.work) batch \(.batch) threads \(.threads) turn \(.turn)/\($reps): " +
        "\(.program) \(.median * 1000 | round) ms, \(.peak_rss_mb) MiB"' <<<"$(tail -n 1 "$runs")")"
    done
  done
}

# ---- the works

load_before=$(cut -d' ' -f1-3 /proc/loadavg)
say "Measuring the limits of this machine"
"$build/benchmarks/bench_machine" --benchmark_repetitions=5 --benchmark_min_time=0.1 --benchmark_format=json \
  >"$temporary/machine.json" 2>/dev/null

work generate 256 1 2 8192 512
if [ "$mode" = quick ]; then
  work train 32 16 2 1024 128
else
  work generate 1024 1 2 8192 512
  work generate 256 1 1 8192 512
  work generate 1024 1 1 8192 512
  work generate 1024 4 2 8192 512
  work train 32 4 2 8192 512
  work train 64 16 2 2048 512
  work lpips 256 1 2 0 0
  work lpips 256 1 1 0 0
fi

# ---- alone: how near a picture is to what the machine can do, from start to picture, compiling

largest=$([ "$mode" = quick ] && echo 256 || echo 1024)
network=$temporary/g$largest-1.onnx.safetensors
if [ -e "$network" ]; then from=(--network "$network"); else from=(--resolution "$largest"); fi
for threads in 1 2; do
  "$stylegan" benchmark "${from[@]}" --threads $threads --reps "$reps" --profile --json
done >"$temporary/layers.jsonl"

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN {print b - a}'; }
: >"$temporary/start.json"
if [ -e "$network" ]; then
  say "From the start of the program to a written ${largest}x$largest picture"
  for ((index = 1; index <= reps; ++index)); do
    start=$EPOCHREALTIME
    "$stylegan" generate --network "$network" --seeds "$index" --outdir "$temporary/pictures" >/dev/null
    seconds_since "$start"
  done >"$temporary/start.json"
fi

say "Compiling a file with Generator<1024>"
eigen=$(pkg-config --variable=includedir eigen3 2>/dev/null || true)
eigen=${eigen:-/usr/include}
[ ! -d "$eigen/eigen3" ] || eigen=$eigen/eigen3
printf '%s\n' '#include <stylegan/models/generator.hpp>' 'int main() {' '    const stylegan::Generator<1024> g;' \
  '    return g({{0.0f}}).size() == 0;' '}' >"$temporary/user.cpp"
compile() { # compile FLAG...: seconds, and the compiler's peak memory in MiB
  local cxx
  cxx=$(sed -n 's/^CMAKE_CXX_COMPILER:[^=]*=//p' "$build/CMakeCache.txt" | head -n 1)
  "$python" - "$cxx" -std=c++20 -O3 -march=native "$@" -I "$root/include" -isystem "$eigen" -c "$temporary/user.cpp" -o "$temporary/user.o" <<'PYTHON'
import json, resource, subprocess, sys, time
start = time.time()
subprocess.run(sys.argv[1:], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(json.dumps({"seconds": time.time() - start, "peak_mib": peak}))
PYTHON
}
{ compile && compile -DSTYLEGAN_COMPILED; } >"$temporary/compile.jsonl"
load_after=$(cut -d' ' -f1-3 /proc/loadavg)

# ---- what came of it

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
cache=$build/CMakeCache.txt
compiler=$("$(sed -n 's/^CMAKE_CXX_COMPILER:[^=]*=//p' "$cache" | head -n 1)" --version | head -n 1)
date=$(date -u +%Y-%m-%d)
suffix=$([ "$mode" = full ] || echo "-$mode")${only:+-$only}
tests="$root/../shared/golden/lpips_vgg16.safetensors" lpips_difference=null
if [ $have_torch = true ] && [ -e "$tests" ] && [ "$mode" = full ]; then
  lpips_difference=$(with_torch "$root/benchmarks/lpips_torch.py" --check "$tests" | jq .largest_relative_difference)
fi
mkdir -p "$results"
out=$results/$date$suffix.json

jq -n --slurpfile runs "$runs" --slurpfile layers "$temporary/layers.jsonl" --slurpfile start "$temporary/start.json" \
  --slurpfile compile "$temporary/compile.jsonl" --argjson lpips_difference "$lpips_difference" --slurpfile limits "$temporary/machine.json" --arg date "$date" --arg mode "$mode" \
  --arg processor "$processor" --argjson cores "$(nproc)" --arg compiler "$compiler" --argjson turns "$reps" \
  --argjson runs_a_turn "$inner_reps" --arg before "$load_before" --arg after "$load_after" \
  --argjson memory_kib "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)" '
  def median: sort | .[length / 2 | floor];
  # the best of the repetitions, in units of 10^9 a second
  def limit($name; $counter): [$limits[0].benchmarks[] | select(.run_type == "iteration" and (.name | startswith($name))) |
    .[$counter]] | max / 1e9;
  def figures: {peer: .[0].peer, turns: length, median: (map(.median) | median), min: (map(.min) | min),
    max: (map(.max) | max), peak_mib: (map(.peak_rss_mb) | max), error: (map(.relative_error // empty) | max)};
  # every error that was told is a number and small; that of a picture which is not a number reads as null
  def close: all(.[] | select(has("relative_error")); .relative_error != null and .relative_error <= 1e-3);
  # ours against a peer, turn by turn: under load both see about the same of it
  def turn_ratios($ours): [.[] | . as $p | $ours[] | select(.turn == $p.turn) | $p.median / .median] | sort;
  # Products of a convolution in the form that needs the fewest: F(4x4,3x3), and 81 for 64 pixels where it scales up.
  def least_multiply_adds:
    if .layer | test("up-convolution") then .multiply_adds * 81 / 576
    elif .layer | test("4x4/") then .multiply_adds
    elif .layer | test("convolution") then .multiply_adds / 4 else .multiply_adds end;
  # The least time of a layer: its products at the peak, then its maps once through memory, written by one convolution and read by
  # the next; what an epilogue or a blur does could be done by the convolution before it on its way.
  def floor($m; $threads): if .layer | test("convolution|ToRGB")
    then least_multiply_adds * 2 / ($m.gflops[$threads] * 1e9) + .bytes / ($m.read_write_gbs[$threads] * 1e9) else 0 end;
  {
    date: $date, mode: $mode, turns: $turns, runs_a_turn: $runs_a_turn,
    machine: {
      processor: $processor, cores: $cores, memory_mib: ($memory_kib / 1024 | round), compiler: $compiler,
      load_before: $before, load_after: $after,
      gflops: {"1": limit("multiply_add/threads:1"; "FLOP"), "2": limit("multiply_add/threads:2"; "FLOP")},
      read_gbs: {"1": limit("read_memory/threads:1"; "B"), "2": limit("read_memory/threads:2"; "B")},
      read_write_gbs: {"1": limit("read_and_write_memory/threads:1"; "B"), "2": limit("read_and_write_memory/threads:2"; "B")}
    },
    start_to_picture: ($start | if length > 0 then {median: median, min: min, max: max} else null end),
    compile: {headers_only: $compile[0], compiled_target: $compile[1]},
    lpips_difference: $lpips_difference,
    layers: $layers,
    works: [$runs | group_by([.what, .res, .batch, .threads])[] |
      map(select(.program == "ours")) as $ours | select($ours | length > 0) |
      (.[0].what != "generate" or ($ours | close and all(has("relative_error")))) as $same |
      {work: .[0].work, what: .[0].what, batch: .[0].batch, threads: .[0].threads, fmap_base: .[0].fmap_base, fmap_max: .[0].fmap_max, ours: ($ours | figures),
       peers: [map(select(.program != "ours")) | group_by(.program)[] |
         figures + {program: .[0].program} +
         (if $same and close
          then {faster: ((map(.median) | median) / ($ours | map(.median) | median)), faster_by_turn: turn_ratios($ours),
                memory: (($ours | figures | .peak_mib) / (figures | .peak_mib))}
          else {differs: true} end)]}],
    runs: $runs
  } | .machine as $m |
    .layers |= map((.threads | tostring) as $t | .layers |= map(. + {floor: floor($m; $t)})) |
    .floors = [.layers[] | (.layers | map(.floor) | add) as $floor |
      {res, threads, seconds: .median, floor: $floor, times: (.median / $floor)}]' >"$out"

jq -r '
  def digits($n): . * pow(10; $n) | round / pow(10; $n) | tostring;
  def seconds: if . < 0.01 then digits(5) elif . < 1 then digits(3) else digits(2) end;
  def error: if . == null then "-" else (. * 1e7 | round / 1e7 | tostring) end;
  def name: {"ours-eigen": "ours, Eigen", "torch-eager": "PyTorch", "torch-jit_cl": "PyTorch, traced, channels last", onnxruntime: "ONNX Runtime"}[.];
  .machine as $m |
  "", "\(.date), \($m.processor), \($m.cores) cores, \($m.compiler)",
  "Limits, 1 / 2 threads: \($m.gflops["1"] | round) / \($m.gflops["2"] | round) GFLOP/s, " +
  "read \($m.read_gbs["1"] | round) / \($m.read_gbs["2"] | round) GB/s, " +
  "read and write \($m.read_write_gbs["1"] | round) / \($m.read_write_gbs["2"] | round) GB/s",
  "Load before \($m.load_before), after \($m.load_after); medians of \(.turns) turns, each the median of \(.runs_a_turn) runs",
  "Faster: seconds of the peer over ours (lowest and highest of the turns); memory: ours over that of the peer", "",
  "| work | batch | threads | ours s/picture | MiB | peer | s/picture | MiB | faster | memory | error |",
  "|---|---|---|---|---|---|---|---|---|---|---|",
  (.works[] | . as $w |
    "| \(.work)\(if .what == "train" then ", fmaps \(.fmap_base)/\(.fmap_max)" else "" end) | \(.batch) | \(.threads) " +
    "| \(.ours.median | seconds) | \(.ours.peak_mib) " as $head |
    if (.peers | length) == 0 then $head + "| none | | | | | |" else
    (.peers[] | $head + "| \(.program | name) | \(.median | seconds) | \(.peak_mib) " +
      if .differs then "| none: the outputs differ, or were not compared | | \([.error, $w.ours.error] | max) |"
      else "| **\(.faster | digits(2))** (\(.faster_by_turn[0] | digits(2)) - \(.faster_by_turn[-1] | digits(2))) " +
           "| \(.memory | digits(2)) | \($w.ours.error | error) |" end) end),
  "", "| | measured | aim |", "|---|---|---|",
  (.floors[] | "| \(.res)x\(.res), batch 1, \(.threads) threads: times the floor of this machine (\(.floor | seconds) s) " +
    "| \(.times | digits(2)) | 1.7 |"),
  (.start_to_picture // empty | "| start of the program to a written picture " +
    "| \(.median | seconds) s (\(.min | seconds) - \(.max | seconds)) | 1 s |"),
  (.compile | "| a file with Generator<1024>, headers only " +
    "| \(.headers_only.seconds | digits(1)) s, \(.headers_only.peak_mib) MiB | 10 s, 1500 MiB |",
    "| the same with stylegan::compiled | \(.compiled_target.seconds | digits(1)) s, \(.compiled_target.peak_mib) MiB | |"),
  (.lpips_difference // empty | "| LPIPS of PyTorch against the golden distances, relative | \(.) | |")
' "$out"
say "Written: $out"
if jq -e '[.works[].peers[] | select(.differs)] | length > 0' "$out" >/dev/null; then
  fail "some outputs differ, or could not be compared: no ratio there"
fi
