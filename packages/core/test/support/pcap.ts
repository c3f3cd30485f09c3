/** The TCP streams of a capture, each direction in order; without retransmissions, which the captures do not have. */

export interface Segment {
  readonly from: string
  readonly payload: Uint8Array
}

/** Reads a pcap file (not pcapng) of Ethernet, raw IP or loopback frames. */
export function readSegments(file: Uint8Array): readonly Segment[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const little = view.getUint32(0, true) === 0xa1b2c3d4 || view.getUint32(0, true) === 0xa1b23c4d
  const linkType = view.getUint32(20, little)
  const segments: Segment[] = []
  let offset = 24
  while (offset + 16 <= file.length) {
    const length = view.getUint32(offset + 8, little)
    const frame = file.subarray(offset + 16, offset + 16 + length)
    const segment = readFrame(frame.subarray(linkHeader(linkType)))
    if (segment !== undefined && segment.payload.length > 0) segments.push(segment)
    offset += 16 + length
  }
  return segments
}

function linkHeader(linkType: number): number {
  if (linkType === 1) return 14
  if (linkType === 0) return 4
  if (linkType === 113) return 16
  return 0
}

function readFrame(packet: Uint8Array): Segment | undefined {
  const version = (packet[0] ?? 0) >> 4
  const isSix = version === 6
  const header = isSix ? 40 : ((packet[0] ?? 0) & 15) * 4
  const protocol = packet[isSix ? 6 : 9]
  const total = isSix ? 40 + uint16(packet, 4) : uint16(packet, 2)
  const address = packet.subarray(isSix ? 8 : 12, isSix ? 24 : 16)
  const transport = packet.subarray(header, total)
  const from = `${address.join('.')} ${uint16(transport, 0)}`
  if (protocol === 6) return { from, payload: transport.subarray(((transport[12] ?? 0) >> 4) * 4) }
  if (protocol === 17) return { from, payload: transport.subarray(8) }
  return undefined
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
