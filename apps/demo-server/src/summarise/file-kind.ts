interface Signature {
  readonly kind: string
  readonly bytes: string
}

const signatures: readonly Signature[] = [
  { kind: 'a PDF', bytes: '%PDF-' },
  { kind: 'a PNG picture', bytes: '\x89PNG' },
  { kind: 'a JPEG picture', bytes: '\xff\xd8\xff' },
  { kind: 'a GIF picture', bytes: 'GIF8' },
  { kind: 'a ZIP archive or an office document', bytes: 'PK\x03\x04' },
  { kind: 'an old office document', bytes: '\xd0\xcf\x11\xe0' },
  { kind: 'a gzip archive', bytes: '\x1f\x8b' },
  { kind: 'a program', bytes: '\x7fELF' },
  { kind: 'a program', bytes: 'MZ\x90\x00' },
  { kind: 'a sound or video file', bytes: 'ID3' },
  { kind: 'a sound or video file', bytes: 'RIFF' },
  { kind: 'an RTF document', bytes: '{\\rtf' },
]

/** Names the kind of a file that is no plain text, by how it begins: "a PDF"; undefined when it is not a known one. */
export function fileKind(start: Uint8Array): string | undefined {
  return signatures.find(({ bytes }) => [...bytes].every((byte, i) => start[i] === byte.charCodeAt(0)))?.kind
}
