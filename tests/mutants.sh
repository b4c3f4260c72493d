#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Deliberate defects, one at a time: which test notices it? tests/mutants/README.md describes the lists.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
Usage: tests/mutants.sh [--check | --list] [--resume] [-D... options of CMake] [NUMBERS ...]

Builds the library once with all defects of tests/mutants/*.txt, in build/mutants, and runs the tests that should notice each.
NUMBERS are numbers of defects and ranges, such as 701 or 701-712; without them all are tried. On two cores the first build takes
ten to twenty minutes, the tests of all defects three to seven. Exit status: 0 if every defect is noticed, 1 if one is not, 2 if
nothing can be said.

  --check   whether each defect still finds its text in the sources; builds nothing
  --list    number, floor, tests and description of each defect
  --resume  leaves out the defects that were tried since the sources last changed
TEXT
}

fail() {
  echo "tests/mutants.sh: $*" >&2
  exit 2
}

mode=run resume=false options=() chosen=()
for argument in "$@"; do
  case $argument in
    --help | -h)
      usage
      exit
      ;;
    --check | --list) mode=${argument#--} ;;
    --resume) resume=true ;;
    -D*) options+=("$argument") ;;
    *[!0-9-]* | -*) fail "unknown argument \"$argument\"; see --help" ;;
    *) chosen+=("$argument") ;;
  esac
done

python=$(command -v python3) || fail "needs python3"
source=build/mutants/source build=build/mutants/build results=build/mutants/results.tsv logs=build/mutants/logs
case $mode in
  check)
    list=$("$python" tests/mutants/apply.py .) || exit 2
    echo "$(wc -l <<<"$list") defects, each with one place in the sources"
    exit
    ;;
  list) exec "$python" tests/mutants/apply.py . ;;
esac

is_chosen() {
  [ ${#chosen[@]} -eq 0 ] && return
  local range
  for range in "${chosen[@]}"; do
    [ "$1" -ge "${range%-*}" ] && [ "$1" -le "${range#*-}" ] && return
  done
  return 1
}

numbers=() programs=() tests=()
declare -A floor_of tests_of title_of
mkdir -p "$source" "$logs"
list=$("$python" tests/mutants/apply.py . "$source") || exit 2
while IFS=$'\t' read -r number floor names title; do
  is_chosen "$number" || continue
  numbers+=("$number")
  floor_of[$number]=$floor tests_of[$number]=$names title_of[$number]=$title
  for name in $names; do
    tests+=("$name")
    folder=${name%%.*}
    programs+=("test_${folder%_eigen}")
  done
done <<<"$list"
[ ${#numbers[@]} -gt 0 ] || fail "there is no defect ${chosen[*]}"
mapfile -t tests < <(printf '%s\n' "${tests[@]}" | sort -u)
mapfile -t programs < <(printf '%s\n' "${programs[@]}" | sort -u)

# ---- one build. It is tested, not measured: -O1 takes half of the time
if command -v ninja >/dev/null; then export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"; fi
jobs=$(nproc 2>/dev/null || echo 2)
cmake -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DSTYLEGAN_BUILD_BENCHMARKS=OFF \
  "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -fexpensive-optimizations -DNDEBUG" "${options[@]}" >"$logs/configure" ||
  fail "the configuration failed: $logs/configure"
cmake --build "$build" --parallel "$jobs" --target "${programs[@]}" || exit 2

# names TEST...: the regular expression that matches these tests and no others
names() {
  local IFS='|'
  echo "^(${*//./\\.})\$"
}

known=$(ctest --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p')
for name in "${tests[@]}"; do
  grep -qxF "$name" <<<"$known" || fail "there is no test $name"
done

# ---- without a defect every test passes
sum=$(find "$source" -type f -print0 | sort -z | xargs -0 cat | cksum)
if ! $resume || [ "$(head -n 1 "$results" 2>/dev/null)" != "$sum" ]; then
  echo "$sum" >"$results"
fi
echo "Without a defect: ${#tests[@]} tests"
if ! env -u STYLEGAN_MUTANT ctest --test-dir "$build" -R "$(names "${tests[@]}")" --output-on-failure \
  --parallel "$jobs" --timeout 300 >"$logs/none" || grep -qE '\((Skipped|Not Run|Disabled)\)' "$logs/none"; then
  tail -n 25 "$logs/none"
  fail "not every test passes without a defect: $logs/none"
fi

# ---- each defect
start=$SECONDS missed=0
declare -A tried noticed
printf '%-5s  %-40s  %5s  %s\n' number 'noticed by' s defect
for number in "${numbers[@]}"; do
  floor=${floor_of[$number]}
  verdict=$(awk -F'\t' -v n="$number" 'NR > 1 && $1 == n { print $2 "\t" $3 }' "$results" | tail -n 1)
  if [ -z "$verdict" ]; then
    begin=$SECONDS
    # shellcheck disable=SC2086
    STYLEGAN_MUTANT=$number BOOST_TEST_LOG_LEVEL=nothing ctest --test-dir "$build" -R "$(names ${tests_of[$number]})" \
      --stop-on-failure --timeout 120 >"$logs/$number" 2>&1 || true
    by=$(sed -n 's/^\t *[0-9]* - \([a-z0-9_.]*\) (\(.*\))$/\1 \2/p' "$logs/$number" | grep -vE 'Skipped|Not Run' |
      sed 's/ Failed$//' | head -n 1)
    verdict=${by:-NOT NOTICED}$'\t'$((SECONDS - begin))
    printf '%s\t%s\n' "$number" "$verdict" >>"$results"
  fi
  tried[$floor]=$((${tried[$floor]:-0} + 1))
  if [ "${verdict%%$'\t'*}" = "NOT NOTICED" ]; then
    missed=$((missed + 1))
  else
    noticed[$floor]=$((${noticed[$floor]:-0} + 1))
  fi
  printf '%-5s  %-40s  %5s  %s\n' "$number" "${verdict%%$'\t'*}" "${verdict#*$'\t'}" "${title_of[$number]}"
done

printf '\n%-10s  %7s  %7s\n' floor defects noticed
for floor in "${!tried[@]}"; do printf '%-10s  %7d  %7d\n' "$floor" "${tried[$floor]}" "${noticed[$floor]:-0}"; done | sort
printf '%-10s  %7d  %7d\n' all ${#numbers[@]} $((${#numbers[@]} - missed))
echo "$((SECONDS - start)) s"
[ "$missed" -eq 0 ]
