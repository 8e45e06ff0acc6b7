import { readFileSync } from 'node:fs'

/** A tick of the kernel's clock, µs: 100 a second wherever Linux runs. */
const tickMicros = 10_000
const pageBytes = 4_096

/** CPU time that another process has used so far, µs; NaN where the system has no /proc. */
export function cpuMicrosOf(pid: number): number {
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields?.[11]) + Number(fields?.[12])) * tickMicros
}

/** Memory of another process, bytes; NaN where the system has no /proc. */
export function rssOf(pid: number): number {
  return Number(read(`/proc/${pid}/statm`)?.split(' ')[1]) * pageBytes
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
