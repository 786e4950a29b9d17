#!/bin/bash
# network.sh HOST…: creates a bridge in its own network namespace, and for each host a namespace and a veth pair (a machine: a tap device)
# and a forwarder from 127.NUMBER.0.(10 + index):2222 to the host's port 22. The first HOST is the storage host.
# A forwarder is two processes, one in each network namespace, with a Unix socket between them: to enter the namespace for each
# connection would cost two programs.
set -euo pipefail
ip netns add ctl
ip -n ctl link set lo up
ip -n ctl link add bridge type bridge
ip -n ctl addr add 10.77.0.1/24 dev bridge
ip -n ctl link set bridge up
at=10
for host in "$@"; do
  if [[ $LAB_KIND == containers ]]; then
    ip netns add "$host"
    ip -n "$host" link set lo up
    ip link add "v-$host" netns ctl type veth peer name host0 netns "$host"
  else
    ip -n ctl tuntap add "v-$host" mode tap
  fi
  ip -n ctl link set "v-$host" master bridge up
  echo "10.77.0.$at/24" >"/run/lab/$host.address"
  ip netns exec ctl socat "UNIX-LISTEN:/run/lab/$host.ssh,fork,backlog=128" "TCP:10.77.0.$at:22,connect-timeout=120" \
    </dev/null 2>/dev/null &
  socat "TCP-LISTEN:2222,bind=127.$LAB_NUMBER.0.$at,fork,reuseaddr,backlog=128" "UNIX-CONNECT:/run/lab/$host.ssh" \
    </dev/null 2>/dev/null &
  at=$((at + 1))
done
