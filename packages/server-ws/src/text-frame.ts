const mediumFrom = 126
const longFrom = 65_536

/** A WebSocket text frame as a server sends it, made once for all who get it. */
export class TextFrame {
  /** Header and text: what goes onto the wire. */
  readonly whole: Buffer
  readonly #headerLength: number

  constructor(text: string) {
    const length = Buffer.byteLength(text)
    this.#headerLength = length < mediumFrom ? 2 : length < longFrom ? 4 : 10
    this.whole = Buffer.allocUnsafe(this.#headerLength + length)
    // One whole text frame, not masked: RFC 6455, section 5.2.
    this.whole[0] = 0x81
    if (length < mediumFrom) this.whole[1] = length
    else if (length < longFrom) {
      this.whole[1] = 126
      this.whole.writeUInt16BE(length, 2)
    } else {
      this.whole[1] = 127
      this.whole.writeBigUInt64BE(BigInt(length), 2)
    }
    this.whole.write(text, this.#headerLength)
  }

  /** How many bytes the text has. */
  get length(): number {
    return this.whole.length - this.#headerLength
  }

  /** The text alone, as bytes. */
  get payload(): Buffer {
    return this.whole.subarray(this.#headerLength)
  }

  /** The text alone. */
  toString(): string {
    return this.payload.toString()
  }
}
