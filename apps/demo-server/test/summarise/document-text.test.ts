import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { maxCharacters, readDocument } from '../../src/summarise/document-text.js'

const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding)

describe('readDocument', () => {
  it('gives a pasted text with plain line ends and without a byte order mark', () => {
    const document = readDocument('\uFEFFOne.\r\nTwo.\rThree.\u2028Four.')

    expect(document).toEqual({ text: 'One.\nTwo.\nThree.\nFour.', characters: 22, isCut: false })
  })

  it.each([
    ['UTF-8', bytes('Käse für Zoë – 好', 'utf8')],
    ['UTF-8 with a mark', bytes('\uFEFFKäse für Zoë – 好', 'utf8')],
    ['UTF-16, little end first', bytes('\uFEFFKäse für Zoë – 好', 'utf16le')],
    ['UTF-16, big end first', bytes('\uFEFFKäse für Zoë – 好', 'utf16le').swap16()],
  ])('reads the bytes of a file in %s', (_, source) => {
    expect(readDocument(source).text).toBe('Käse für Zoë – 好')
  })

  it('reads bytes that are no UTF-8 as Windows-1252', () => {
    expect(readDocument(bytes('Käse f\xfcr Zo\xeb \x96 ja', 'latin1')).text).toBe('Käse für Zoë – ja')
  })

  it.each([
    ['', 'empty'],
    [' \n\t\n', 'empty'],
    [new Uint8Array(), 'empty'],
    ['--- *** ---', 'no_sentences'],
    ['zero\0byte', 'not_text'],
    [`binary ${'\u0001'.repeat(50)}`, 'not_text'],
    [`read as UTF-8 in vain ${'\uFFFD'.repeat(50)}`, 'not_text'],
    [bytes('%PDF-1.7 and so on', 'latin1'), 'not_text'],
    [Uint8Array.from({ length: 2_000 }, (_, i) => (i * 37) % 256), 'not_text'],
  ])('refuses %j with the code %s', (source, code) => {
    expect(() => readDocument(source)).toThrow(expect.objectContaining({ name: 'DocumentError', code }))
  })

  it('says what was expected, what came and what to do', () => {
    const picture = readFileSync(new URL('../../texts/not-a-text.png', import.meta.url))

    expect(() => readDocument(picture)).toThrow(
      'Expected a plain text document; this file is a PNG picture. Save it as text (.txt, UTF-8) and choose that file.',
    )
    // As a page sends it that reads every file as UTF-8.
    expect(() => readDocument(picture.toString('utf8'))).toThrow('zero bytes')
  })

  it('cuts an enormous text at a space and says so', () => {
    const word = 'word '
    const document = readDocument(word.repeat(1_000_000))

    expect(document.isCut).toBe(true)
    expect(document.characters).toBe(5_000_000)
    expect(document.text.length).toBeLessThanOrEqual(maxCharacters)
    expect(document.text).toMatch(/word$/)
  })

  it('never cuts through a character', () => {
    const { text } = readDocument(`a${'😀'.repeat(maxCharacters / 2)}`)

    expect(text.length).toBe(maxCharacters - 1)
    expect(text.slice(-2)).toBe('😀')
  })

  it('takes the bytes of an enormous file as far as they are needed', () => {
    const source = bytes('ü '.repeat(5_000_000), 'utf8')

    expect(readDocument(source).isCut).toBe(true)
  })
})
