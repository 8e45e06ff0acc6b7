/** About how long the payload of an event is: with its envelope it makes about 200 bytes. */
const payloadLength = 120

/** The machine's monotonic clock, ms: the same in every process. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** A payload that says its number and when it was said. It survives being merged with others, and JSON. */
export function payloadOf(n: number, at: number, isPadded: boolean): string {
  const text = `@${n}:${at};`
  return isPadded ? text.padEnd(payloadLength, 'x') : text
}

/** Calls back for each payload in a text. Scans it without parsing: what parsing costs is measured in a browser. */
export function scanPayloads(text: string, take: (n: number, at: number) => void): void {
  for (let start = text.indexOf('@'); start >= 0; ) {
    const colon = text.indexOf(':', start)
    const end = text.indexOf(';', colon)
    take(Number(text.slice(start + 1, colon)), Number(text.slice(colon + 1, end)))
    start = text.indexOf('@', end)
  }
}
