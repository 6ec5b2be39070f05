// Calls everything that the addon has, in the main thread and in a worker, and exits in the middle of some. For the leak check of test:asan.
const { closeSync, constants, openSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { Worker, isMainThread } = require('node:worker_threads')
const { addon, request, pingOptions } = require('./plain-inbox.cjs')

const directory = '/run/netns'
const name = `rtnl-test-${process.pid}-${isMainThread ? 'main' : 'worker'}`

async function callEverything() {
  const kept = new addon.Namespace()
  await request(id => kept.create(id))
  const closed = new addon.Namespace()
  await request(id => closed.createNamed(id, directory, name))
  closed.close()
  await request(id => new addon.Namespace().openPath(id, `${directory}/${name}`))
  await request(id => new addon.Namespace().openPath(id, '/etc/passwd'))
  await request(id => new addon.Namespace().createOwned(id))
  addon.useBroker(join(dirname(process.env.RTNETLINK_ADDON ?? 'build/Release/rtnetlink.node'), 'rtnetlink-broker'))
  const owned = new addon.Namespace()
  await request(id => owned.createOwned(id))
  if (addon.isPrivileged() && owned.userFd < 0) throw new Error('a namespace that is owned has no owner')
  await request(id => addon.writeSysctl(id, owned, 'net/ipv4/ip_forward', '1'))
  await request(id => addon.readSysctl(id, owned, 'net/none'))
  await request(id => new addon.Namespace().openCurrent(id))
  await request(id => new addon.Namespace().openDescriptor(id, kept.fd))
  await request(id => addon.deleteNamedNamespace(id, directory, name))
  await request(id => addon.deleteNamedNamespace(id, directory, name))
  await request(id => addon.ping(id, pingOptions({ count: 1 })))
  await request(id => addon.ping(id, pingOptions({ namespace: kept })))

  await request(id => addon.comeBehind(id))
  await request(id => addon.writeSysctl(id, kept, 'net/ipv4/ip_forward', '1'))
  await request(id => addon.readSysctl(id, kept, 'net/ipv4/ip_forward'))
  await request(id => addon.readSysctl(id, kept, 'net/none'))
  await request(id => addon.writeInside(id, kept, '/dev/null', 'text'))
  await request(id => addon.writeInside(id, kept, '/none', 'text'))
  // Where it already is: what follows is about this namespace.
  const own = openSync('/proc/thread-self/ns/net')
  if (isMainThread) throws(() => addon.enterNamespace(own))
  else addon.enterNamespace(own)
  closeSync(own)

  const socket = new addon.NetlinkSocket({ protocol: 0, namespace: kept, receiveBuffer: 0, strict: true, dumpRetries: 1 })
  const send = (method, words) =>
    request(id => {
      const record = new Uint32Array([id, ...words])
      socket[method](record, record.length)
      socket.flush()
    })
  const [NLM_F_DUMP, DUMP, LINK_INDEX] = [0x300, 1 << 4, 14 | (5 << 16)]
  await send('getLink', [NLM_F_DUMP, DUMP, 0, 0, 0, 0, 0])
  await send('newLink', [0, 0, 0, 0, 1, 1, 1])
  const [ANSWERED, SIOCETHTOOL, RAW, ETHTOOL_GDRVINFO] = [1 << 3, 0x8946, 13, 3]
  for (const index of [1, 77]) await send('linkIoctl', [0, ANSWERED, SIOCETHTOOL, index, 196, RAW, 4, ETHTOOL_GDRVINFO])
  await send('newLink', [0, 0, 0, 0, 99, 0, 0])
  await send('newLink', [0, 0, 0, 0, 1, 0, 0, LINK_INDEX, 4, 0x65706f6e])

  const address = { bytes: new Uint8Array(), link: '', linkOffset: 0 }
  const descriptor = { namespace: kept, domain: 2, type: 1, protocol: 0, options: [], backlog: 1, remote: address }
  const loopback = { bytes: new Uint8Array(4), link: 'lo', linkOffset: 0 }
  const opened = new addon.Descriptor()
  await request(id => opened.open(id, { ...descriptor, address }))
  addon.setSocketOption(opened.fd, { level: 41, name: 17, value: loopback })
  await request(id => opened.close(id))
  await request(id => new addon.Descriptor().open(id, { ...descriptor, namespace: undefined, domain: 250, address }))
  const released = new addon.Descriptor()
  released.openNow({ ...descriptor, address })
  closeSync(released.release())
  new addon.Descriptor().openNow({ ...descriptor, address: loopback })
  const remote = { ...address, bytes: Uint8Array.from([2, 0, 0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]) }
  const connecting = { ...descriptor, type: 1 | constants.O_NONBLOCK, backlog: -1, address, remote }
  const cancelled = new addon.Descriptor()
  const opening = request(id => cancelled.open(id, connecting))
  await request(id => cancelled.close(id))
  await opening
  throws(() => new addon.Descriptor().openNow({ ...descriptor, address: {} }))
  const generic = new addon.NetlinkSocket({ protocol: 16, namespace: kept, receiveBuffer: 0, strict: true, dumpRetries: 1 })
  const ask = (flags, record, command, ...family) =>
    request(id => {
      const words = new Uint32Array([id, flags, record, command, 1, 20, ...family])
      generic.generic(words, words.length)
      generic.flush()
    })
  const [REPLY, STREAM, MULTIPART, ETHTOOL, NOTHING] = [1 << 3, 1 << 5, 1 << 8, [7, 0x74687465, 0x006c6f6f], [4, 0x68746f6e]]
  await ask(NLM_F_DUMP, DUMP, 6, ...ETHTOOL)
  await ask(NLM_F_DUMP, DUMP | STREAM, 6, ...ETHTOOL)
  await ask(0, DUMP | MULTIPART, 6, ...ETHTOOL)
  await ask(0, REPLY, 250, ...ETHTOOL)
  await ask(0, REPLY, 1, ...NOTHING)
  throws(() => generic.getLink(new Uint32Array(8), 8))
  generic.close()
  const netfilter = new addon.NetlinkSocket({ protocol: 12, namespace: kept, receiveBuffer: 0, strict: true, dumpRetries: 1 })
  const transact = (...program) =>
    request(id => {
      const words = new Uint32Array([id, 0, 0, 0, 0, 10, ...program])
      netfilter.transaction(words, words.length)
      netfilter.flush()
    })
  const routing = new addon.NetlinkSocket({ protocol: 0, namespace: kept, receiveBuffer: 0, strict: true, dumpRetries: 1 })
  const slice = (count, ...records) =>
    request(id => {
      const words = new Uint32Array([id, 0, 0, count, 0, ...records])
      routing.slice(words, words.length)
      routing.flush()
    })
  const [DELADDR, BULK] = [21, 1 << 1]
  const deletion = [8, DELADDR, 0, 0, BULK, 2, 32, 0, 0, 1]
  await slice(2, ...deletion, ...deletion)
  throws(() => routing.slice(new Uint32Array([0, 0, 0, 2, 0, ...deletion]), 15))
  routing.close()
  const [MESSAGE, END, TABLE_NAME, NEWTABLE, DELTABLE] = [21, 12, [10 | (1 << 16), 1, 0x74], 0xa00, 0xa02]
  await transact(MESSAGE, NEWTABLE, 0x400, 2, ...TABLE_NAME, END)
  await transact(MESSAGE, DELTABLE, 0, 10, ...TABLE_NAME, END)
  throws(() => netfilter.transaction(new Uint32Array(6), 6))
  netfilter.close()

  await captureFrames(kept)

  throws(() => socket.newLink(new Uint32Array(3), 3))
  throws(() => kept.create(0))
  throws(() => addon.ping(0, {}))

  await usePackets(kept)
  await useMonitors(kept)

  // Still running at the end.
  request(id => new addon.Descriptor().open(id, connecting))
  request(id => addon.ping(id, pingOptions({ count: 10, interval: 60_000 })))
  for (let i = 0; i < 10; i++) request(id => new addon.Namespace().create(id))
}

async function usePackets(namespace) {
  const [IFF_TUN, IFF_TAP, IFF_MULTI_QUEUE, IFF_NO_PI] = [0x0001, 0x0002, 0x0100, 0x1000]
  const format = { queues: 2, vnetHeaderSize: 0, offloads: 0 }
  const options = { ...format, flags: IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE, namespace, path: '/dev/net/tun', name: 'tun0' }
  const memory = new addon.PacketMemory(1048576)
  const table = new Uint32Array([0, 20])
  memory.bytes[0] = 0x45
  const device = new addon.PacketDevice()
  await request(id => device.openTun(id, options))
  const listen = queue => request(id => device.read(id, queue, queue === 0 ? memory : new addon.PacketMemory(1048576)))
  listen(0)
  listen(1)
  device.want(0)
  device.take(0, table)
  device.release(0, 1)
  device.writeNow(0, memory, new Uint32Array([0, 20]), 1)
  await request(id => device.write(id, 0, memory, new Uint32Array([0, 20]), 1)) // EIO: it is down.
  await request(id => device.detachQueue(id, 1))
  await request(id => device.attachQueue(id, 1))
  await request(id => device.setPersist(id, false))
  device.counts()
  device.hold()
  await request(id => device.close(id))
  await request(id => new addon.PacketDevice().openTun(id, { ...options, name: 'lo' }))
  await request(id =>
    new addon.PacketDevice().openTapLink(id, { ...format, flags: IFF_TAP | IFF_NO_PI, namespace, name: 'lo', index: 1 }),
  )
  throws(() => device.counts())
  throws(() => new addon.PacketMemory(1))

  // Left open at the end, and read.
  const left = new addon.PacketDevice()
  await request(id => left.openTun(id, { ...options, name: 'left' }))
  request(id => left.read(id, 0, memory))
}

async function captureFrames(namespace) {
  const filter = new Uint8Array([6, 0, 0, 0, 255, 255, 0, 0])
  const options = { namespace, link: 'lo', index: 0, filter, promiscuous: true, blocks: 2, delay: 5, snapLength: 65_536 }
  const open = async changes => {
    const opened = new addon.Capture()
    let opening
    request(events => {
      opening = request(id => opened.open(id, events, { ...options, ...changes }))
    })
    await opening
    return opened
  }
  const closed = await open()
  closed.want()
  closed.take()
  closed.counts()
  closed.hold()
  await request(id => closed.close(id, true))
  await request(id => closed.close(id, false))
  await open({ link: 'none' })
  throws(() => closed.open(0, 0, options))
  throws(() => new addon.Capture().take())

  // Left open at the end, with frames that nobody takes.
  const left = await open({ namespace: undefined })
  left.want()
  await request(id => addon.ping(id, pingOptions({ count: 3, interval: 10 })))
}

async function useMonitors(namespace) {
  const [LINK, ENABLE, UNKNOWN] = [1, 0, 100_000]
  const options = { protocol: 0, namespace, receiveBuffer: 1, groups: [LINK], allNamespaces: true, backlog: 65536 }
  const open = (monitor, changes) =>
    new Promise(resolve => {
      request(events => request(id => monitor.open(id, events, { ...options, ...changes })).then(resolve))
    })
  const monitor = new addon.Monitor()
  await open(monitor)
  await open(new addon.Monitor(), { groups: [UNKNOWN] })
  await request(id => addon.writeSysctl(id, namespace, 'net/ipv4/ip_forward', String(ENABLE)))
  await request(id => monitor.sync(id))
  monitor.take(0)
  monitor.hold()
  monitor.letGo()
  throws(() => monitor.open(1, 2, options))
  await request(id => monitor.close(id))
  throws(() => monitor.sync(1))
  const names = new addon.Monitor()
  await new Promise(resolve => request(events => request(id => names.openNames(id, events, directory)).then(resolve)))
  await request(id => names.sync(id))
  await request(id => names.close(id))

  // Left open at the end, one of them still opening.
  await open(new addon.Monitor())
  void open(new addon.Monitor())
}

function throws(call) {
  try {
    call()
  } catch {
    return
  }
  throw new Error(`${call} threw nothing`)
}

callEverything().then(() => {
  if (!isMainThread) process.exit(0)
  // A released descriptor is Node's to close, which counts only what it opened.
  new Worker(__filename, { trackUnmanagedFds: false }).on('exit', code => process.exit(code))
})
