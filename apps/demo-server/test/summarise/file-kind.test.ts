import { describe, expect, it } from 'vitest'
import { fileKind } from '../../src/summarise/file-kind.js'

describe('fileKind', () => {
  it.each([
    ['%PDF-1.4', 'a PDF'],
    ['\x89PNG\r\n', 'a PNG picture'],
    ['\xff\xd8\xff\xe0', 'a JPEG picture'],
    ['PK\x03\x04 and more', 'a ZIP archive or an office document'],
    ['PK is no archive', undefined],
    ['Four score and seven years ago', undefined],
    ['', undefined],
  ])('takes %j for %s', (start, kind) => {
    expect(fileKind(Buffer.from(start, 'latin1'))).toBe(kind)
  })
})
