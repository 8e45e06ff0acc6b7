import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { decodeBatch, foldBatch, followRun, initialRunState, type RunState, type Transport } from '@llmmon/core'
import type { Author } from './summarise/author.js'
import { createSummariseChain, type Summary } from './summarise/chain.js'

/** What the terminal's run works with. */
export interface TerminalOptions {
  readonly transport: Transport
  readonly author: Author
  /** How long a word takes where no model writes, ms. Default: watchable in a terminal, none elsewhere. */
  readonly pace?: number | undefined
  readonly out?: NodeJS.WriteStream
}

/**
 * Summarises a file in the terminal: a line of live progress, then the result.
 *
 * @returns the exit code.
 */
export async function runInTerminal(
  path: string,
  { transport, author, pace, out = process.stdout }: TerminalOptions,
): Promise<number> {
  let document: Uint8Array
  try {
    document = await readFile(path)
  } catch (error) {
    console.error(`Cannot read ${path}: ${(error as Error).message}`)
    return 1
  }
  const chain = createSummariseChain({ transport, author, pace: { wordDelayMs: pace ?? (out.isTTY ? 15 : 0) } })
  const { runId, result, cancel } = chain.start(document, { metadata: { title: basename(path) } })
  const interrupt = () => void cancel('Ctrl-C')
  process.once('SIGINT', interrupt)
  const stop = showProgress(transport, runId, out)
  try {
    const summary = await result
    stop()
    out.write(format(summary))
    return 0
  } catch (error) {
    stop()
    console.error(error instanceof Error ? error.message : error)
    return 1
  } finally {
    process.off('SIGINT', interrupt)
  }
}

// The same events that a page gets, folded to the same state, on one line. Where there is no terminal, a line a step.
function showProgress(transport: Transport, runId: string, out: NodeJS.WriteStream): () => void {
  let state: RunState = initialRunState(runId)
  let shown = ''
  const { stop } = followRun(transport, runId, {
    batches: (batches) => {
      state = foldBatch(
        state,
        batches.flatMap(({ text }) => decodeBatch(text).events),
      )
      show()
    },
    reset: () => {
      state = initialRunState(runId)
    },
    info: () => undefined,
    error: (error) => console.error(error.message),
  })
  return () => {
    stop()
    if (out.isTTY) out.write('\r\x1b[K')
  }

  function show(): void {
    const step = state.steps.findLast(({ status }) => status === 'running') ?? state.steps.at(-1)
    if (!step) return
    const percentage = `${Math.round(state.progress ?? 0)} %`.padStart(5)
    if (out.isTTY) {
      const bar = '█'.repeat(Math.round((state.progress ?? 0) / 5)).padEnd(20, '·')
      const tail = state.text.slice(-200).replaceAll(/\s+/g, ' ')
      out.write(
        `\r\x1b[K${`${bar} ${percentage} ${step.name}  ${tail}`.slice(0, Math.max(20, (out.columns ?? 80) - 1))}`,
      )
      return
    }
    const line = `${percentage} ${step.name}: ${step.status}`
    if (line !== shown) out.write(`${line}\n`)
    shown = line
  }
}

function format({ title, summary, outline, keywords }: Summary): string {
  const points = outline.map((point) => `  - ${point}`).join('\n')
  return `${title ? `${title}\n\n` : ''}${summary}\n\nOutline\n${points}\n\nKeywords: ${keywords.join(', ')}\n`
}
