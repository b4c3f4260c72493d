#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains on two "hosts": network namespaces with addresses of their own, a cable between them, and a process of the run in each.
# The last networks have the bits of a run of one process.
#
#     tests/ranks/two_hosts.sh PROGRAM
set -euo pipefail

program=$(realpath "$1")
data=$(realpath "$(dirname "$0")/../../examples/data/faces-32.zip")
skip() {
    echo "skipped: $*"
    exit 77
}
[[ -f $data ]] || skip "there is no examples/data/faces-32.zip"
command -v mpirun > /dev/null || skip "there is no mpirun"
command -v ip > /dev/null || skip "there is no ip, of iproute2"

folder=$(mktemp -d)
a=stylegan-a-$$ b=stylegan-b-$$
trap 'ip netns delete "$a" 2> /dev/null || true; ip netns delete "$b" 2> /dev/null || true; rm -rf "$folder"' EXIT
ip netns add "$a" 2> /dev/null && ip netns add "$b" 2> /dev/null || skip "network namespaces are not allowed here"
ip -n "$a" link add to-b type veth peer name to-a netns "$b" 2> /dev/null || skip "virtual cables are not allowed here"
ip -n "$a" address add 10.99.0.1/24 dev to-b
ip -n "$b" address add 10.99.0.2/24 dev to-a
for end in "$a to-b" "$b to-a"; do
    read -r space device <<< "$end"
    ip -n "$space" link set lo up
    ip -n "$space" link set "$device" up
done
cd "$folder"

# on HOST COMMAND...: runs a command there, with the host's own name
on() {
    local space=$1 name=$2
    shift 2
    ip netns exec "$space" unshare --uts bash -c 'hostname "$0" && exec "$@"' "$name" "$@"
}
on "$a" host-a true 2> /dev/null || skip "names of hosts cannot be changed here"

# What mpirun calls in place of ssh: AGENT ADDRESS COMMAND...
cat > agent << END
#!/usr/bin/env bash
shift
exec ip netns exec $b unshare --uts bash -c 'hostname host-b && eval "\$*"' agent "\$@"
END
chmod +x agent

settings=(--data "$data" --fmap-base 128 --fmap-max 32 --latent 32 --map-depth 2 --batch 8 --shards 2 --threads 1 --seed 1
          --kimg 0.16 --tick 0.08 --lod-kimg 0.04 --fade-kimg 0.04)
"$program" train --outdir alone "${settings[@]}" > /dev/null

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_hwloc_base_binding_policy=none
network=(--mca plm_rsh_agent "$folder/agent" --mca oob_tcp_if_include 10.99.0.0/24
         --mca btl self,tcp --mca btl_tcp_if_include 10.99.0.0/24)
on "$a" host-a timeout 120 mpirun "${network[@]}" --host 10.99.0.1:1,10.99.0.2:1 -n 2 \
    "$program" train --outdir hosts "${settings[@]}" > out.txt 2> err.txt || {
    echo "failed: $(cat err.txt)"
    exit 1
}
last=$(sed -n 's/^Finished at [^:]*: //p' out.txt)
cmp "alone/$(basename "$(dirname "$last")")/$(basename "$last")" "$last" || {
    echo "failed: the networks differ"
    exit 1
}
echo "$(sed -n 's/.* \(waited .*\)/\1/p' out.txt | tail -n 1), over $(ip -n "$a" -s link show to-b | awk '/RX:/ {getline; print $1}') bytes received by host-a;" \
     "the networks are those of one process"
