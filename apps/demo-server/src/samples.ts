import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A document that comes with the demo. */
export interface Sample {
  /** Its file name. */
  readonly id: string
  readonly title: string
  /** Its size, for people. */
  readonly size: string
  readonly path: string
}

// The same step up from src and from dist.
const folder = fileURLToPath(new URL('../texts/', import.meta.url))

let samples: Promise<readonly Sample[]> | undefined

/** The documents that come with the demo: the texts, smallest first, then what is no text, to see a run fail. */
export function listSamples(): Promise<readonly Sample[]> {
  samples ??= readSamples()
  return samples
}

async function readSamples(): Promise<readonly Sample[]> {
  const names = (await readdir(folder)).filter((name) => /\.(txt|png)$/.test(name))
  const found = await Promise.all(
    names.map(async (id) => {
      const path = folder + id
      const { size: bytes } = await stat(path)
      const isText = id.endsWith('.txt')
      const size = isText ? `${Math.max(1, Math.round(bytes / 1024))} kB` : 'this one fails'
      return { id, title: titleOf(id), size, path, bytes: isText ? bytes : Number.POSITIVE_INFINITY }
    }),
  )
  return found.sort((a, b) => a.bytes - b.bytes)
}

// `gettysburg-address.txt` → "Gettysburg Address"
function titleOf(name: string): string {
  const words = name.replace(/\.\w+$/, '').split('-')
  const small = ['in', 'of', 'the', 'a']
  return words
    .map((word, index) => {
      if (word === 'us') return 'US'
      return index > 0 && small.includes(word) ? word : word.charAt(0).toUpperCase() + word.slice(1)
    })
    .join(' ')
}
