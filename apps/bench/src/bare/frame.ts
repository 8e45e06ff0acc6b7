const shortest = 126
const longest = 65_536

/** A whole WebSocket text frame as a server sends it, header and all: made once, written to every socket. */
export function textFrame(payload: string | Buffer): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload
  return Buffer.concat([header(body.length), body])
}

function header(length: number): Buffer {
  if (length < shortest) return Buffer.from([0x81, length])
  if (length < longest) {
    const header = Buffer.from([0x81, 126, 0, 0])
    header.writeUInt16BE(length, 2)
    return header
  }
  const header = Buffer.alloc(10)
  header.set([0x81, 127])
  header.writeUInt32BE(length, 6)
  return header
}
