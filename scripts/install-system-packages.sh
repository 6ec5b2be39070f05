#!/bin/sh
# Programs that tests use as witnesses where they are there. Says what is missing; never fails: the tests that need one say so.
missing=''
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need ip iproute2
need ping iputils-ping
need wg wireguard-tools
need teamnl libteam-utils
need tcpdump tcpdump
need tshark tshark
need iperf3 iperf3
need ethtool ethtool
need nft nftables
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  echo "not installed, because this needs apt-get and root:$missing"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1 || echo 'apt-get update failed; trying with the package lists that are here'
for package in $missing; do
  if apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1; then
    echo "installed $package"
  else
    echo "could not be installed: $package"
  fi
done
exit 0
