// What of the tests an unprivileged process leaves out, and why. All else in test/kernel runs without root: there, the namespaces of the
// tests are under a user namespace of their own (docs/without-root.md).
import { readFileSync } from 'node:fs'

const CAPABILITIES = (1n << 12n) | (1n << 21n) // CAP_NET_ADMIN, CAP_SYS_ADMIN

/** Whether this process may make namespaces with names, and do all else with them as root does. */
export const isPrivileged = (effectiveCapabilities() & CAPABILITIES) === CAPABILITIES

function effectiveCapabilities() {
  const [, mask = '0'] = /^CapEff:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return BigInt(`0x${mask}`)
}

const NAME = 'a name in /run/netns takes root'
const FILES_OF_NAME = 'files in /etc/netns take root'
const NODE = 'the device node of a macvtap or ipvtap takes root'
const USERS = 'ids of other users mean nothing in a user namespace with one user'
const OTHER_USER = 'there a process is root of its user namespace, and here one that is compared with it is not'
const DROPS = 'it takes capabilities away from a process, which takes root'
const WORKER = 'a thread in another namespace takes root'
const SYSTEM = 'settings of the whole system take root'
const LOOKS = 'looking into processes of another user namespace takes root'
const CALLS = 'namespaces that the addon itself enters take root'

/**
 * Files that are left out as a whole: by path below test/.
 * @type {Readonly<Record<string, string>>}
 */
export const FILES = {
  ...Object.fromEntries(
    [
      'after',
      'capture',
      'descriptor',
      'dumps',
      'generic',
      'lifetime',
      'link-ioctl',
      'monitor',
      'namespace',
      'overlap',
      'packet-device',
      'ping',
      'requests',
      'slice',
      'stale-family',
      'transaction',
    ].map(name => [`contract/${name}.test.ts`, CALLS]),
  ),
  'kernel/netns-escape.test.ts': NAME,
  'kernel/netns-lookup.test.ts': FILES_OF_NAME,
  'kernel/netns-worker-threads.test.ts': WORKER,
  'kernel/netns-watch.test.ts': NAME,
  'kernel/packets-without-root.test.ts': DROPS,
  'kernel/readme.test.ts': NAME,
  'kernel/scenario-s13.test.ts': NODE,
  'kernel/scenario-s16.test.ts': NAME,
  'kernel/tap-link.test.ts': NODE,
}

/**
 * Tests that are left out, by file and what their full names match.
 * @type {Readonly<Record<string, readonly (readonly [RegExp, string])[]>>}
 */
export const TESTS = {
  'kernel/addresses.test.ts': [[/of another namespace by its id/, NAME]],
  'kernel/capture.test.ts': [
    [/the process of a capture/, NAME],
    [/may not be looked into by everybody/, DROPS],
  ],
  'kernel/errors.test.ts': [
    [/that was deleted meanwhile/, NAME],
    [/a process without the capability/, DROPS],
  ],
  'kernel/examples.test.ts': [
    [/macvtap-device/, NODE],
    [/namespaces\.mjs/, NAME],
    [/processes-and-workers/, WORKER],
  ],
  'kernel/kinds-witness.test.ts': [[/^tun > (owner|group|.*: we read)/, USERS]],
  'kernel/lab.test.ts': [[/from the package as it is/, DROPS]],
  'kernel/links-netns.test.ts': [[/creates (by|in the namespace of a process)/, NAME]],
  'kernel/links-set.test.ts': [[/links.set netns > moves a link by/, NAME]],
  'kernel/masquerade.test.ts': [[/even when that is killed/, NAME]],
  'kernel/netns-connect.test.ts': [[/goes on when the handle is closed|fails once the handle is closed/, NAME]],
  'kernel/netns-fetch.test.ts': [[/refuses another dispatcher|lets go of its idle connections/, NAME]],
  'kernel/netns-ids.test.ts': [[/find a namespace by (name|path|\{ path)|seen by ip|chosen by the kernel|that ip set/, NAME]],
  'kernel/netns-listen.test.ts': [[/is Node’s EACCES/, DROPS]],
  'kernel/netns-netdevsim.test.ts': [[/says what the kernel lacks/, SYSTEM]],
  'kernel/netns-open-socket.test.ts': [[/says which capability is missing/, DROPS]],
  'kernel/netns-pids.test.ts': [
    [/`ip netns pids`|that the current namespace has given/, NAME],
    [/of which one thread is there/, WORKER],
    [/of another user, without root/, DROPS],
  ],
  'kernel/netns-spawn.test.ts': [
    [/are those that `ip netns exec` makes|has no file in \/etc|cannot be mounted|free descriptors|launcher, when/, NAME],
    [/without CAP_SYS_ADMIN/, DROPS],
    [/child_process > (cwd|shell|another shell|stdio with|env|argv0|uid|detached)/, OTHER_USER],
  ],
  'kernel/netns.test.ts': [
    [/with a name|Netns.delete|disposing of a handle|that is closed keeps its name/, NAME],
    [/Netns.open > opens (by|the namespace of a process)|the threads of the process/, NAME],
  ],
  'kernel/rules.test.ts': [[/uidRange/, USERS]],
  'kernel/scenario-s05.test.ts': [[/attached to this process/, LOOKS]],
  'kernel/session.test.ts': [[/opens in a namespace by name|process alive/, NAME]],
  'kernel/tun-open.test.ts': [
    [/"owner"|"group"|without the right to make links|what ip tuntap made/, USERS],
    [/for ip tuntap, whose process/, LOOKS],
    [/given in any form|closed by themselves/, NAME],
  ],
  'kernel/watch-all-namespaces.test.ts': [
    [/happened, by name/, NAME],
    [/says which capability/, DROPS],
  ],
  'kernel/tunnels-set.test.ts': [[/that the kernel makes in each namespace/, SYSTEM]],
}

/** The files that are left out here, for the configuration of vitest. */
export function filesLeftOut() {
  return isPrivileged ? [] : Object.keys(FILES).map(file => `test/${file}`)
}

/**
 * Why a test is left out here, or undefined.
 * @param {string} file its path
 * @param {string} name its full name, suites first
 */
export function reasonToSkip(file, name) {
  if (isPrivileged) return undefined
  const known = Object.keys(TESTS).find(path => file.endsWith(`test/${path}`))
  return known === undefined ? undefined : TESTS[known].find(([pattern]) => pattern.test(name))?.[1]
}

/** What is left out here as a whole, as the closing report has it. */
export function skippedFiles(projects) {
  if (isPrivileged) return []
  return Object.entries(FILES)
    .filter(([file]) => projects.includes(file.split('/', 1)[0]))
    .map(([file, reason]) => `${file.split('/', 1)[0]}: test/${file}: ${reason}`)
}
