#!/bin/sh
# The first process of the guest. Its root is the machine's own file system, read-only; the kernel hands on `job`, the folder of this run:
# it has the file `command`, and `writable`, which lists the folders that the machine gets back. Nothing else that is written here lasts.
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
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t debugfs debugfs /sys/kernel/debug
mount -t tmpfs -o mode=755 tmpfs /run
while read -r folder; do mount -t hostfs -o "$folder" none "$folder"; done <"$job/writable"
ip link set lo up

# Terminals 1 and 2 are the command's output. Pipes stand before them, for programs that colour what goes to a terminal.
for terminal in tty1 tty2; do stty -F /dev/$terminal raw -echo -opost; done
mkfifo /run/output /run/errors
cat /run/output >/dev/tty1 &
output=$!
cat /run/errors >/dev/tty2 &
errors=$!
status=0
setsid sh "$job/command" </dev/null >/run/output 2>/run/errors || status=$?

# A process that the command left behind would keep the pipes open.
for process in /proc/[0-9]*; do
  case ${process#/proc/} in 1 | $output | $errors) ;; *) kill -9 "${process#/proc/}" 2>/dev/null || : ;; esac
done
wait
for terminal in tty1 tty2; do stty -F /dev/$terminal raw; done # waits until the last byte has left
echo $status >"$job/status"
echo o >/proc/sysrq-trigger
sleep 60
