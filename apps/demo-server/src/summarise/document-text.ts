import { DocumentError } from './document-error.js'
import { fileKind } from './file-kind.js'

/** How much of a document is read, in UTF-16 units: about 700 book pages. What follows is left out, and said to be. */
export const maxCharacters = 2_000_000

/** A document as text. */
export interface DocumentText {
  readonly text: string
  /** Length of the whole document in UTF-16 units, with what was left out. */
  readonly characters: number
  /** True when only its first `maxCharacters` are in `text`. */
  readonly isCut: boolean
}

/**
 * Takes a pasted text, or the bytes of any file, as a document: UTF-8, UTF-16 with a byte order mark, or Windows-1252.
 *
 * @throws DocumentError `empty` or `not_text`
 */
export function readDocument(source: string | Uint8Array): DocumentText {
  const decoded = typeof source === 'string' ? source : decode(source)
  const whole = decoded.replace(/^\uFEFF/, '').replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
  if (/^\s*$/.test(whole)) {
    throw new DocumentError(
      'empty',
      'Expected a document with text in it; this one is empty. Paste a text or choose another file.',
    )
  }
  const text = cut(whole)
  // Of a file that is no text a sample is telling enough.
  checkReadable(text.slice(0, 100_000))
  return { text, characters: whole.length, isCut: text.length < whole.length }
}

function decode(bytes: Uint8Array): string {
  const kind = fileKind(bytes)
  if (kind !== undefined) throw notText(`this file is ${kind}`)
  // More bytes than could be needed are not worth decoding; four bytes is the longest character.
  const start = bytes.subarray(0, maxCharacters * 4)
  const isCut = start.length < bytes.length
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le').decode(start)
  if (start[0] === 0xfe && start[1] === 0xff) return new TextDecoder('utf-16be').decode(start)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: isCut })
  } catch {
    // Not UTF-8, so one of the older one-byte encodings, or no text at all: the check of the characters tells.
    return decodeWindows1252(start)
  }
}

const highCharacters = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** Node's own decoder takes these bytes for Latin-1 in some versions, and quotation marks for control characters. */
function decodeWindows1252(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes)
  return text.replace(/[\u0080-\u009f]/g, (character) => highCharacters.charAt(character.charCodeAt(0) - 0x80))
}

function checkReadable(sample: string): void {
  if (sample.includes('\0')) throw notText('this one holds zero bytes, as pictures, programs and archives do')
  const strange = countUnreadable(sample)
  if (strange > Math.max(2, sample.length * 0.01)) {
    throw notText(`${strange} of its first ${sample.length} characters cannot be read`)
  }
  if (!/[\p{L}\p{N}]/u.test(sample)) {
    throw new DocumentError('no_sentences', 'Expected a text with words in it; this one has not a single letter.')
  }
}

/** Counts the control characters that no text has, and the marks that stand for bytes no decoder could read. */
function countUnreadable(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isControl = code < 32 ? code < 9 || code > 13 : code >= 127 && code <= 159
    if (isControl || code === 0xfffd) count += 1
  }
  return count
}

function notText(found: string): DocumentError {
  const message = `Expected a plain text document; ${found}. Save it as text (.txt, UTF-8) and choose that file.`
  return new DocumentError('not_text', message)
}

function cut(text: string): string {
  if (text.length <= maxCharacters) return text
  const head = text.slice(0, maxCharacters)
  const end = Math.max(head.lastIndexOf('\n\n'), head.lastIndexOf(' '))
  if (end > maxCharacters / 2) return head.slice(0, end)
  return /[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head
}
