#!/bin/sh
# The first process of a guest of QEMU, twice: in an initramfs, where it finds the machine's files and puts an overlay in memory over them, and then
# there. The kernel hands on `job` (see guest-run.sh), `folder` with the kernel's modules, `modprobe`, and `script`, which is this file.
set -e
if [ -d /initramfs ]; then
  /bin/busybox --install /bin
  export PATH=/bin
  mount -t devtmpfs dev /dev
  for module in /initramfs/*.ko; do insmod "$module"; done
  mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose machine /machine
  mount -t tmpfs -o size=75% tmpfs /memory
  mkdir /memory/upper /memory/work
  mount -t overlay -o lowerdir=/machine,upperdir=/memory/upper,workdir=/memory/work overlay /root
  mount --move /dev /root/dev
  exec switch_root /root /bin/sh "$script"
fi

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /lib/modules
mount --bind "$folder/lib/modules" /lib/modules
echo "$modprobe" >/proc/sys/kernel/modprobe
"$modprobe" tun

give_back() { mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 "writable$1" "$2"; }
drain() { :; }
output=/dev/vport0p1 errors=$output
. "${script%/*}/guest-run.sh"
