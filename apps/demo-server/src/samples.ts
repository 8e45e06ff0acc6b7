import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** A document that comes with the demo. */
export interface Sample {
  /** Its file name. */
  readonly name: string
  readonly title: string
  /** Its size, for people. */
  readonly size: string
}

/** Where the samples are, with a slash at the end. */
export const samplesFolder = fileURLToPath(new URL('../texts/', import.meta.url))

let samples: Promise<readonly Sample[]> | undefined

/** The documents that come with the demo, smallest first. */
export function listSamples(): Promise<readonly Sample[]> {
  samples ??= readSamples()
  return samples
}

async function readSamples(): Promise<readonly Sample[]> {
  const names = (await readdir(samplesFolder)).filter((name) => name.endsWith('.txt'))
  const found = await Promise.all(
    names.map(async (name) => ({ name, bytes: (await stat(samplesFolder + name)).size, title: titleOf(name) })),
  )
  found.sort((a, b) => a.bytes - b.bytes)
  return found.map(({ name, bytes, title }) => ({ name, title, size: `${Math.max(1, Math.round(bytes / 1024))} kB` }))
}

// `gettysburg-address.txt` → "Gettysburg address"
function titleOf(name: string): string {
  const words = name.replace(/\.txt$/, '').replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
