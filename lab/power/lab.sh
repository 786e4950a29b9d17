#!/bin/bash
# lab.sh NUMBER LABS IMAGES FIRMWARE KIND STORAGE HOST…: first process of a lab's pid and mount namespaces.
# Events on stdout:  init PID | ready | boot HOST | reboot HOST | off HOST | crash HOST STATUS | done COMMAND HOST
# KIND: containers (this folder), or machines (../vm), whose storage host stays off at first.
# Commands on stdin: on HOST | cut HOST | link-down HOST | link-up HOST. The lab ends when stdin closes.
set -euo pipefail
# This is still the outer /proc: read this process's id in the outer namespace.
read -r outer _ </proc/self/stat
mount -t proc proc /proc
here=$(dirname "$(realpath "$0")")
number=$1 images=$3
export LAB_NUMBER=$number LAB_DIR=$2/$1 LAB_FIRMWARE=$4 LAB_KIND=$5 LAB_STORAGE=$6
shift 5
parts=$here
[[ $LAB_KIND == containers ]] || parts=$here/../vm
echo "init $outer"

mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/lab "$LAB_DIR"/{disks,console,leader,host-keys}

"$here/network.sh" "$@"
"$parts/disks.sh" "$images" "$@"
for host in "$@"; do
  if [[ $LAB_KIND == machines && $host == "$LAB_STORAGE" ]]; then
    echo "off $host"
  else
    "$parts/host.sh" "$host" </dev/null &
  fi
done
echo ready

while read -r verb host; do
  case $verb in
  on) "$parts/host.sh" "$host" </dev/null & ;;
  cut)
    # Kill the host's init: the kernel then kills all its processes, so nothing more is written to the disk.
    touch "/run/lab/$host.cut"
    kill -KILL "$(<"$LAB_DIR/leader/$host")" || true
    ;;
  link-down) ip -n ctl link set "v-$host" down ;;
  link-up) ip -n ctl link set "v-$host" up ;;
  esac
  echo "done $verb $host"
done
