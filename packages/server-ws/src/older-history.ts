import {
  accept,
  checkEncodedBatch,
  type EncodedBatch,
  type LlmmonError,
  type Position,
  type Transport,
} from '@llmmon/core'
import { SharedBatch } from './shared-batch.js'

/** Reads a run's history again for viewers that stand before what is kept: once, however many ask at the same time. */
export class OlderHistory {
  readonly #transport: Transport
  readonly #runId: string
  #reading: Promise<readonly SharedBatch[]> | undefined

  constructor(transport: Transport, runId: string) {
    this.#transport = transport
    this.#runId = runId
  }

  /**
   * The batches from the first one on, up to the first that is missing or not what its entry says: such a one must
   * never reach a viewer.
   *
   * @param report is told of an invalid batch
   */
  read(report: (error: LlmmonError) => void): Promise<readonly SharedBatch[]> {
    this.#reading ??= this.#transport
      .read(this.#runId)
      .then((history) => sound(this.#runId, history?.batches ?? [], report))
      .finally(() => {
        this.#reading = undefined
      })
    return this.#reading
  }
}

function sound(
  runId: string,
  batches: readonly EncodedBatch[],
  report: (error: LlmmonError) => void,
): readonly SharedBatch[] {
  const found: SharedBatch[] = []
  let position: Position | undefined
  for (const batch of batches) {
    const fate = accept(position, batch)
    if (fate === 'skip') continue
    if (fate === 'hole' || !isSound(runId, batch, report)) break
    position = { epoch: batch.epoch, seq: batch.to }
    found.push(new SharedBatch(batch))
  }
  return found
}

function isSound(runId: string, batch: EncodedBatch, report: (error: LlmmonError) => void): boolean {
  try {
    checkEncodedBatch(batch, runId)
    return true
  } catch (error) {
    report(error as LlmmonError)
    return false
  }
}
