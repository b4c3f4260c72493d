#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds and runs every test. Arguments go to CMake:
#   tests/run.sh -DSTYLEGAN_WARNINGS_AS_ERRORS=ON
# STYLEGAN_GOLDEN_DIR=DIR tests with another set of golden tensors. The exit status is that of ctest.
set -euo pipefail
cd "$(dirname "$0")/.."

bash cmake/install-packages.sh build test
if command -v ninja >/dev/null; then export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"; fi
jobs=$(nproc 2>/dev/null || echo 2)

# The options of the preset `release`, spelled out: older CMake cannot read presets.
cmake -S . -B build/release -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DSTYLEGAN_BUILD_TESTS=ON \
  -DSTYLEGAN_BUILD_EXAMPLES=ON "$@"
cmake --build build/release --parallel "$jobs" --target test-programs
exec ctest --test-dir build/release --output-on-failure --parallel "$jobs"
