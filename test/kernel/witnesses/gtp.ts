import { gtp } from '../../../lib/links/kinds/gtp.ts'
import { ofKind } from './kind.ts'

export const gtpWitnesses = ofKind(gtp, {
  // `ip` always asks for sockets, and those of two links would clash.
  needs: (_n, witness) => ({
    options: { createSockets: true },
    words: witness?.option === 'role' ? '' : 'role ggsn',
  }),
  alone: true,
  witnesses: [
    { option: 'hashSize', value: 64, words: 'hsize 64', shows: ['hsize', 64] },
    { option: 'role', value: 'sgsn', words: 'role sgsn', shows: ['role', 'sgsn'] },
    { option: 'restartCount', value: 3, words: 'restart_count 3', shows: ['restart_count', 3] },
  ],
  unwitnessed: {
    fd0: 'never reported; kinds-sockets.test.ts hands one over',
    fd1: 'never reported; kinds-sockets.test.ts hands one over',
    createSockets: 'never reported; kinds-sockets.test.ts sees the ports',
    local: 'never reported; kinds-sockets.test.ts sees the ports',
  },
})
