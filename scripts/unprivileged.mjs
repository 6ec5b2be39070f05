import { accessSync, constants } from 'node:fs'

/** The uid and gid of nobody, on any system. */
const NOBODY = '65534'

/** A /dev/net/tun that everybody may open, as udev makes it, for this command alone. */
const OPEN_TUN = [
  'mkdir -p /dev/net && touch /dev/net/tun',
  'mount -t tmpfs -o mode=755 tmpfs "$RTNETLINK_FOLDER"',
  'mknod -m 666 "$RTNETLINK_FOLDER/tun" c 10 200 && mount --bind "$RTNETLINK_FOLDER/tun" /dev/net/tun',
].join(' && ')

/** Whether this process may become another user. */
export const isRoot = process.getuid?.() === 0

/** The words before a command that run it as nobody, without any capability. Needs root. `folder` is an empty one of root's, to mount on. */
export function asNobody(folder) {
  const script = `export RTNETLINK_FOLDER='${folder}'; (${OPEN_TUN}); exec "$@"`
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']
  return ['unshare', '--mount', '--propagation=private', 'sh', '-c', script, 'sh', ...user]
}

void [accessSync, constants]
