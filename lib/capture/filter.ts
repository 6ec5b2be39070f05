import { invalidType, invalidValue, outOfRange } from '../errors.ts'
import { LITTLE_ENDIAN } from '../schema/message.ts'
import { PACKET_OUTGOING } from './packet-type.ts'

/** One instruction of classic BPF: `struct sock_filter` of <linux/filter.h>. */
export interface BpfInstruction {
  /** What it does, 16 bits: BPF_LD and its kin. */
  readonly code: number
  /** Instructions to skip when a comparison holds, and when it does not; at most 255. */
  readonly jt: number
  readonly jf: number
  /** Its operand, 32 bits. */
  readonly k: number
}

/** A program of classic BPF: its instructions, or the bytes of `struct sock_filter`, eight each, in host order. */
export type BpfProgram = readonly BpfInstruction[] | Uint8Array

/** Which way frames cross a link: into this namespace, or out of it. */
export type CaptureDirection = 'in' | 'out' | 'both'

const INSTRUCTION = 8
/** BPF_MAXINSNS less what is put around the caller's. */
const MOST_INSTRUCTIONS = 4096 - 16
const ARPHRD_LOOPBACK = 772
/** SKF_AD_OFF: from here on BPF_ABS loads what the kernel knows of a frame, and not its bytes. */
const ABOUT = 0xffff_f000
const PACKET_TYPE = ABOUT + 4
const HARDWARE_TYPE = ABOUT + 28

const BPF_LD_IMM = 0x00
const BPF_LD_ABS = 0x20
const BPF_JA = 0x05
const BPF_JEQ = 0x15
const BPF_JGT = 0x25
const BPF_RET_K = 0x06
const BPF_RET_A = 0x16
const CLASS = 7
const BPF_JMP = 5
const BPF_RET = 6

/** The program that a capture runs in the kernel: it answers how many bytes of a frame are kept, 0 for a frame that is not wanted. */
export function captureFilter(
  operation: string,
  given: unknown,
  direction: CaptureDirection,
  snapLength: number,
): Uint8Array<ArrayBuffer> {
  if (given === undefined) return toBytes([...beforeFilter(direction), ret(snapLength)])
  const program = readProgram(operation, given)
  checkProgram(operation, program)
  // Programs may rely on an accumulator of zero at their start.
  return toBytes([...beforeFilter(direction), instruction(BPF_LD_IMM, 0), ...cutAt(snapLength, program)])
}

/** The loopback link has each frame twice, on its way out and on its way in: without a direction it is captured on its way in. */
const DIRECTIONS: Readonly<Record<CaptureDirection, readonly BpfInstruction[]>> = {
  in: [instruction(BPF_LD_ABS, PACKET_TYPE), jump(BPF_JEQ, PACKET_OUTGOING, 0, 1), ret(0)],
  out: [instruction(BPF_LD_ABS, PACKET_TYPE), jump(BPF_JEQ, PACKET_OUTGOING, 1, 0), ret(0)],
  both: [
    instruction(BPF_LD_ABS, HARDWARE_TYPE),
    jump(BPF_JEQ, ARPHRD_LOOPBACK, 0, 3),
    instruction(BPF_LD_ABS, PACKET_TYPE),
    jump(BPF_JEQ, PACKET_OUTGOING, 0, 1),
    ret(0),
  ],
}

function beforeFilter(direction: CaptureDirection): readonly BpfInstruction[] {
  return DIRECTIONS[direction]
}

/** The same program, which answers at most the snap length. */
function cutAt(snapLength: number, program: readonly BpfInstruction[]): BpfInstruction[] {
  const cut = program.map((step, i) => {
    if (step.code === BPF_RET_K) return ret(Math.min(step.k, snapLength))
    if (step.code === BPF_RET_A) return instruction(BPF_JA, program.length - i - 1)
    return step
  })
  return [...cut, jump(BPF_JGT, snapLength, 0, 1), ret(snapLength), instruction(BPF_RET_A, 0)]
}

function instruction(code: number, k: number): BpfInstruction {
  return { code, jt: 0, jf: 0, k }
}

function jump(code: number, k: number, jt: number, jf: number): BpfInstruction {
  return { code, jt, jf, k }
}

function ret(k: number): BpfInstruction {
  return instruction(BPF_RET_K, k)
}

function readProgram(operation: string, given: unknown): readonly BpfInstruction[] {
  if (given instanceof Uint8Array) return fromBytes(operation, given)
  if (Array.isArray(given)) return given.map((step, i) => readInstruction(operation, `filter[${i}]`, step))
  throw invalidType(operation, 'filter', 'instructions of classic BPF, as an array or as bytes', given)
}

function fromBytes(operation: string, bytes: Uint8Array): BpfInstruction[] {
  if (bytes.length % INSTRUCTION !== 0)
    throw invalidValue(operation, 'filter', `is ${bytes.length} bytes long, and an instruction has ${INSTRUCTION}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / INSTRUCTION }, (_, i) => ({
    code: view.getUint16(i * INSTRUCTION, LITTLE_ENDIAN),
    jt: bytes[i * INSTRUCTION + 2],
    jf: bytes[i * INSTRUCTION + 3],
    k: view.getUint32(i * INSTRUCTION + 4, LITTLE_ENDIAN),
  }))
}

function toBytes(program: readonly BpfInstruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.length * INSTRUCTION)
  const view = new DataView(bytes.buffer)
  program.forEach(({ code, jt, jf, k }, i) => {
    view.setUint16(i * INSTRUCTION, code, LITTLE_ENDIAN)
    bytes[i * INSTRUCTION + 2] = jt
    bytes[i * INSTRUCTION + 3] = jf
    view.setUint32(i * INSTRUCTION + 4, k, LITTLE_ENDIAN)
  })
  return bytes
}

const FIELDS = { code: 0xffff, jt: 0xff, jf: 0xff, k: 0xffff_ffff } as const

function readInstruction(operation: string, option: string, step: unknown): BpfInstruction {
  if (typeof step !== 'object' || step === null) throw invalidType(operation, option, 'an instruction { code, jt, jf, k }', step)
  for (const [key, max] of Object.entries(FIELDS)) {
    const value: unknown = (step as Record<string, unknown>)[key]
    if (typeof value !== 'number') throw invalidType(operation, `${option}.${key}`, 'a whole number', value)
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw outOfRange(operation, `${option}.${key}`, `a whole number from 0 to ${max}`, value)
  }
  return step as BpfInstruction
}

/** What stands behind the caller's program would catch a jump that leaves it. The kernel checks the rest. */
function checkProgram(operation: string, program: readonly BpfInstruction[]): void {
  const { length } = program
  if (length === 0 || length > MOST_INSTRUCTIONS)
    throw outOfRange(operation, 'filter', `1 to ${MOST_INSTRUCTIONS} instructions`, `${length}`)
  if ((program[length - 1].code & CLASS) !== BPF_RET)
    throw invalidValue(operation, `filter[${length - 1}]`, 'is the last one, and does not return')
  program.forEach(({ code, jt, jf, k }, i) => {
    if ((code & CLASS) !== BPF_JMP) return
    const farthest = code === BPF_JA ? k : Math.max(jt, jf)
    if (i + 1 + farthest >= length) throw invalidValue(operation, `filter[${i}]`, 'jumps behind the end of the program')
  })
}
