import type { CapturedLink, CaptureStatistics } from '../frame-source.ts'
import { enhancedPackets, interfaceDescription, interfaceStatistics, type Packet, sectionHeader } from './blocks.ts'
import { cookedLayer, type LinkLayer, linkLayerOf, packetFlags } from './link-layer.ts'
import type { PcapngFrame } from './pcapng-frame.ts'

/** Options of `pcapng`. */
export interface PcapngOptions {
  /** Text for whoever reads the file. */
  readonly comment?: string | undefined
  /** Name of the program that writes it. Default `'rtnetlink for Node.js'`. */
  readonly application?: string | undefined
  /** At most so many bytes of a frame were captured, for the reader of the file; of a capture, its own. Default 262144. */
  readonly snapLength?: number | undefined
  /** Ends the writing. */
  readonly signal?: AbortSignal | undefined
}

/** Readers of files take no more from one. */
const LARGEST_SNAP_LENGTH = 262_144

interface Interface {
  readonly number: number
  readonly layer: LinkLayer
  readonly link: number
  written: number
}

/** One section of a pcap-ng file: gives its blocks as bytes. Interfaces are described when their first frame is written. */
export class Section {
  readonly #snapLength: number
  readonly #startTime = now()
  /** By index of the link and link type. */
  readonly #interfaces = new Map<number, Interface>()

  constructor(snapLength: number) {
    this.#snapLength = snapLength
  }

  header({ comment, application = 'rtnetlink for Node.js' }: PcapngOptions): Uint8Array {
    return sectionHeader({ comment, application, system: 'Linux' })
  }

  /** Describes a link before there are frames of it. */
  describe({ index, name, hardwareType }: CapturedLink): Uint8Array {
    return this.#describe(index, name, linkLayerOf(hardwareType))
  }

  frames(frames: readonly PcapngFrame[]): Uint8Array {
    const descriptions: Uint8Array[] = []
    const packets = frames.map(frame => this.#packet(frame, descriptions))
    return join([...descriptions, enhancedPackets(packets)])
  }

  #packet(frame: PcapngFrame, descriptions: Uint8Array[]): Packet {
    const layer = linkLayerOf(frame.hardwareType)
    const link = frame.link ?? 0
    const key = keyOf(link, layer)
    if (!this.#interfaces.has(key)) descriptions.push(this.#describe(link, frame.linkName, layer))
    const at = this.#interfaces.get(key) as Interface
    at.written++
    return {
      interfaceNumber: at.number,
      timestamp: frame.timestamp ?? now(),
      flags: packetFlags(frame),
      ...layer.write(frame),
    }
  }

  #describe(link: number, name: string | undefined, layer: LinkLayer): Uint8Array {
    const described = { number: this.#interfaces.size, layer, link, written: 0 }
    this.#interfaces.set(keyOf(link, layer), described)
    const snapLength = Math.min(this.#snapLength + layer.headerLength, LARGEST_SNAP_LENGTH)
    return interfaceDescription(layer.linkType, snapLength, name)
  }

  /**
   * How many frames of each interface were written, and what the kernel counted for all together. A file without any interface is none to most
   * readers: then there is one that had no frames.
   */
  end(statistics: CaptureStatistics | undefined): Uint8Array {
    const nothing = this.#interfaces.size === 0 ? [this.#describe(0, 'any', cookedLayer)] : []
    const interfaces = [...this.#interfaces.values()]
    const blocks = interfaces.map(({ number, written }) => {
      const counted = number === 0 ? statistics : undefined
      return interfaceStatistics(number, {
        comment: counted !== undefined && interfaces.length > 1 ? 'received and dropped: of all interfaces together' : undefined,
        startTime: this.#startTime,
        endTime: now(),
        delivered: BigInt(written),
        received: counted === undefined ? undefined : BigInt(counted.received),
        dropped: counted === undefined ? undefined : BigInt(counted.dropped),
      })
    })
    return join([...nothing, ...blocks])
  }
}

function keyOf(link: number, { linkType }: LinkLayer): number {
  return link * 65_536 + linkType
}

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
