#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All tests that need a GPU, in one command.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

usage() {
  cat <<'TEXT'
Usage: tests/gpu.sh [--quick] [--no-sanitizer] [-D... options of CMake]

Configures the preset `cuda` for the GPUs of this machine, builds the tests on the GPU, runs those with the ctest label `gpu`,
and runs part of them again under compute-sanitizer: memcheck, initcheck and racecheck. Needs nvcc, cuDNN 9 and CMake 3.25.
Without a GPU everything is compiled, and each test is reported as skipped. The exit status is 0 if nothing failed.

  --quick         under the sanitizer the smallest networks only
  --no-sanitizer  the tests alone
TEXT
}

quick=false sanitizer=true options=()
for argument in "$@"; do
  case $argument in
    --help | -h)
      usage
      exit
      ;;
    --quick) quick=true ;;
    --no-sanitizer) sanitizer=false ;;
    -D*) options+=("$argument") ;;
    *)
      printf "gpu.sh: unknown argument '%s'; --help tells the known ones\n" "$argument" >&2
      exit 2
      ;;
  esac
done

failed=()
stage() { # stage NAME COMMAND...: goes on after a failure, and tells of it at the end
  local name=$1 start=$SECONDS
  shift
  printf '\n#### %s\n' "$name"
  "$@" || failed+=("$name")
  printf '#### %s: %d s\n' "$name" $((SECONDS - start))
}

export PATH="$PATH:${CUDA_HOME:-/usr/local/cuda}/bin"
have_gpu=false
if command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; then
  have_gpu=true
  nvidia-smi -L
  options=(-DCMAKE_CUDA_ARCHITECTURES=native "${options[@]}")
else
  printf 'There is no GPU here: the tests are compiled, and skipped.\n'
fi

cmake --preset cuda "${options[@]}" || exit 1
cmake --build --preset cuda --parallel "$(nproc)" --target test_gpu test_gpu_golden test_cuda stylegan-cli || exit 1

stage "tests on the GPU" ctest --preset cuda --label-regex '^gpu$' --no-tests=error
stage "instantiation" ctest --preset cuda --tests-regex '^cuda\.' --no-tests=error

golden=(g4 d16_labels loss_d_logistic_r1 loss_g_labels)
$quick || golden+=(g32_f g32_a_progan d32_relu_mbstd2 loss_d_wgan_gp train_growing lpips_vgg16)

sanitize() { # sanitize TOOL SUITES: the ops, and some networks
  local status=0
  compute-sanitizer --tool "$1" --error-exitcode 1 build/cuda/tests/gpu/test_gpu --run_test="$2" || status=1
  compute-sanitizer --tool "$1" --error-exitcode 1 build/cuda/tests/gpu/test_gpu_golden "${golden[@]}" || status=1
  return $status
}

if ! $sanitizer; then
  :
elif ! $have_gpu; then
  printf '\nskipped: compute-sanitizer memcheck, initcheck, racecheck (there is no GPU)\n'
elif ! command -v compute-sanitizer >/dev/null; then
  failed+=("compute-sanitizer is not installed")
else
  suites=launch,elementwise,normalisation,products_of_maps
  stage "memcheck" sanitize memcheck $suites,half_precision,replay
  stage "racecheck" sanitize racecheck $suites,half_precision,replay
  # in single precision: what cuDNN's kernels for Hopper's tensor cores write, initcheck (of CUDA 13.0) does not see
  stage "initcheck" sanitize initcheck $suites
fi

if [ ${#failed[@]} -gt 0 ]; then
  printf '\nFailed:\n'
  printf '  %s\n' "${failed[@]}"
  exit 1
fi
if $have_gpu; then printf '\nAll is well.\n'; else printf '\nNothing failed, and nothing ran: there is no GPU.\n'; fi
