import { macsec } from '../../../lib/links/kinds/macsec.ts'
import { ofKind } from './kind.ts'

const withoutSci = { options: { sendSci: false }, words: 'send_sci off' }

export const macsecWitnesses = ofKind(macsec, {
  onParent: true,
  witnesses: [
    {
      option: 'sci',
      value: { address: '02:00:00:00:00:07', port: 0x1234 },
      words: 'sci 0200000000071234',
      shows: ['sci', '0200000000071234'],
    },
    { option: 'icvLength', value: 12, words: 'icvlen 12', shows: ['icv_len', 12] },
    { option: 'cipherSuite', value: 'gcm-aes-256', words: 'cipher gcm-aes-256', shows: ['cipher_suite', 'GCM-AES-256'] },
    {
      option: 'cipherSuite',
      value: 'gcm-aes-xpn-128',
      words: 'cipher gcm-aes-xpn-128',
      shows: ['cipher_suite', 'GCM-AES-XPN-128'],
    },
    {
      option: 'cipherSuite',
      value: 'gcm-aes-xpn-256',
      words: 'cipher gcm-aes-xpn-256',
      shows: ['cipher_suite', 'GCM-AES-XPN-256'],
    },
    { option: 'cipherSuite', value: 'gcm-aes-128', words: 'cipher gcm-aes-128', shows: ['cipher_suite', 'GCM-AES-128'] },
    {
      option: 'window',
      value: 64,
      words: 'replay on window 64',
      shows: ['window', 64],
      beside: { options: { replayProtect: true }, words: '' },
      from: { replayProtect: true, window: 8 },
    },
    { option: 'encodingSa', value: 2, words: 'encodingsa 2', shows: ['encoding_sa', 2] },
    { option: 'encrypt', value: true, words: 'encrypt on', shows: ['encrypt', true] },
    { option: 'protect', value: false, words: 'protect off', shows: ['protect', false] },
    { option: 'sendSci', value: false, words: 'send_sci off', shows: ['inc_sci', false] },
    { option: 'endStation', value: true, words: 'end_station on', shows: ['es', true], beside: withoutSci },
    { option: 'singleCopyBroadcast', value: true, words: 'scb on', shows: ['scb', true], beside: withoutSci },
    {
      option: 'replayProtect',
      value: true,
      words: 'replay on',
      shows: ['replay_protect', true],
      beside: { options: { window: 8 }, words: 'window 8' },
    },
    { option: 'validation', value: 'check', words: 'validate check', shows: ['validation', 'check'] },
    { option: 'validation', value: 'disabled', words: 'validate disabled', shows: ['validation', 'disabled'] },
  ],
  unwitnessed: {
    port: 'becomes part of sci; kinds-macsec.test.ts sees it there',
    offload: 'no link of these tests has hardware for it; off is read, and kinds-macsec.test.ts asks for more',
  },
  readings: [{ option: 'offload', shows: 'offload' }],
})
