import type { Transport } from '@llmmon/core'
import { afterEach, beforeEach } from 'vitest'
import { label } from './conformance-context.js'
import { storeConformance } from './store-conformance.js'
import { watchConformance } from './watch-conformance.js'

/** A transport under test, and what only its own tests can do to it. */
export interface ConformanceSubject {
  readonly transport: Transport
  /** Lets so much time pass that a silent writer's lease is over. */
  expireLease(): void | Promise<void>
  /** Makes the store forget a run, as a restart without persistence would. */
  lose(runId: string): void | Promise<void>
  close(): Promise<void>
}

/**
 * What every transport has to do, memory or Redis: the same requests get the same answers. Call it inside a
 * `describe` of the transport's own tests.
 *
 * @param open makes a fresh transport with a fresh store
 */
export function transportConformance(open: () => Promise<ConformanceSubject>): void {
  let subject: ConformanceSubject

  beforeEach(async () => {
    subject = await open()
  })

  afterEach(() => subject.close())

  const context = {
    get transport() {
      return subject.transport
    },
    expireLease: () => subject.expireLease(),
    lose: (runId: string) => subject.lose(runId),
    async claim(runId: string, owner = 'owner', mode: 'new' | 'replace' | 'revive' = 'new') {
      const answer = await subject.transport.claim({ runId, owner, hostId: 'host', mode, ...label })
      if (answer.answer !== 'ok') throw new Error(`The claim was answered ${answer.answer}.`)
      return answer.epoch
    },
  }
  storeConformance(context)
  watchConformance(context)
}
