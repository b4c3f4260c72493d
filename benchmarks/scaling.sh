#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How training scales with ranks: times sums of gradients and training steps with 1, 2 and 4 processes of one thread, fits a model of
# two parameters to the sums, and predicts GPUs in numbers that are not here (docs/scaling.md). Lines of JSON go to OUT.
# usage: benchmarks/scaling.sh OUT.jsonl [REPEATS]     (15)     BUILD=build/release  PYTHON=python3
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || {
  sed -n '5s/^# //p' "$0" >&2
  exit 2
}
out=$(realpath -m "$1") repeats=${2:-15}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_vader_single_copy_mechanism=none
: >"$out"
for ranks in 1 2 4; do
  mpirun -n "$ranks" "${BUILD:-$root/build/release}/benchmarks/bench_ranks" "$repeats" | tee -a "$out"
done
"${PYTHON:-python3}" "$root/benchmarks/scaling.py" "$out"
