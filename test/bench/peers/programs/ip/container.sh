#!/bin/sh
# One container beside its bridge, in two processes.
set -e
ip -batch - <<END
link add br0 up type bridge
netns add c0
link add h0 master br0 up numtxqueues 1 numrxqueues 1 type veth peer name eth0 netns c0 numtxqueues 1 numrxqueues 1
END
ip -n c0 -batch - <<END
link set lo up
address add 10.88.0.2/16 dev eth0
link set eth0 up
route add default via 10.88.0.1
END
