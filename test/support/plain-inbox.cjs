// The addon and an inbox for scripts that tests run in processes and workers of their own: plain JavaScript, because Node 20 reads no types.
const { join } = require('node:path')

const addonFile = process.env.RTNETLINK_ADDON ?? join(__dirname, '..', '..', 'build', 'Release', 'rtnetlink.node')
const addon = require(addonFile)
const inbox = new Uint8Array(65536)
const words = new Uint32Array(inbox.buffer)
const pending = new Map()
let lastId = 0

addon.connect(
  inbox,
  length => {
    for (let at = 0; at < length; ) {
      const [id, code, error, detail, size] = words.subarray(at / 4, at / 4 + 5)
      settle(id, { code, error, detail, payload: [...inbox.subarray(at + 24, at + 24 + size)] })
      at += 24 + Math.ceil(size / 8) * 8
    }
  },
  setImmediate,
)

function settle(id, completion) {
  const { parts, resolve } = pending.get(id)
  if (completion.code === 2) {
    parts.push(completion)
    return
  }
  pending.delete(id)
  resolve({ ...completion, parts })
}

function request(begin) {
  const id = ++lastId
  return new Promise(resolve => {
    pending.set(id, { parts: [], resolve })
    begin(id)
  })
}

/** Options of a ping of the loopback address, with what `changes` has instead. */
function pingOptions(changes = {}) {
  const address = new Uint8Array([127, 0, 0, 1])
  const rest = { count: 3, interval: 10, timeout: 1000, size: 56, ttl: 0, mark: 0 }
  return { namespace: undefined, address, from: new Uint8Array(0), interface: '', ...rest, ...changes }
}

module.exports = { addon, request, pingOptions }
