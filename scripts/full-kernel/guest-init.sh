#!/bin/sh
# The first process of a guest of User-Mode Linux. Its root is the machine's own file system, read-only; the kernel hands on `job`, the folder of
# this run (see guest-run.sh).
set -e
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# An overlay in memory over the machine's root. pivot_root, because in a chroot nobody may make a user namespace.
mount -t tmpfs -o size=75% tmpfs /run
mkdir /run/upper /run/work /run/root
mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work overlay /run/root
cd /run/root
mkdir .machine
pivot_root . .machine
umount -l /.machine
rmdir /.machine
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys

give_back() { mount -t hostfs -o "$2" none "$2"; }
# Terminals 1 and 2 are the command's output; stty waits until the last byte has left.
drain() { for terminal in tty1 tty2; do stty -F /dev/$terminal raw -echo -opost; done; }
drain
output=/dev/tty1 errors=/dev/tty2
. "${0%/*}/guest-run.sh"
