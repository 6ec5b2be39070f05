# What every guest does once it has the machine's files under an overlay. The folder `job` has the file `command`, and `writable`, which lists the
# folders that the machine gets back; nothing else that is written here lasts. From the caller: output, errors, give_back NUMBER FOLDER, drain.
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t debugfs debugfs /sys/kernel/debug
mount -t tmpfs -o mode=755 tmpfs /run
number=0
while read -r folder; do
  give_back $number "$folder"
  number=$((number + 1))
done <"$job/writable"
ip link set lo up

# Pipes stand before the output, for programs that colour what goes to a terminal.
mkfifo /run/output /run/errors
exec 3>$output
if [ $errors = $output ]; then exec 4>&3; else exec 4>$errors; fi
cat /run/output >&3 &
ours=" 1 $! "
cat /run/errors >&4 &
ours="$ours$! "
status=0
setsid sh "$job/command" </dev/null >/run/output 2>/run/errors 3>&- 4>&- || status=$?

# A process that the command left behind would keep the pipes open.
for process in /proc/[0-9]*; do
  case $ours in *" ${process#/proc/} "*) ;; *) kill -9 "${process#/proc/}" 2>/dev/null || : ;; esac
done
wait
drain
echo $status >"$job/status"
echo 1 >/proc/sys/kernel/sysrq
echo o >/proc/sysrq-trigger
sleep 60
