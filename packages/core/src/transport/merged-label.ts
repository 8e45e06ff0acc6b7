import type { RunLabel } from './transport.js'

/**
 * What a run is called that was reserved under one label and is claimed under another: what its writer says counts, what it does not say
 * stays. So a worker that knows nothing of the user who ordered the run does not lock that user out.
 *
 * @example
 * mergedLabel({ chain: null, metadata: { userId: 7 }, tags: ['a'] }, { chain: 'digest', metadata: {}, tags: ['b'] })
 * // { chain: 'digest', metadata: { userId: 7 }, tags: ['a', 'b'] }
 */
export function mergedLabel(reserved: RunLabel, given: RunLabel): RunLabel {
  return {
    chain: given.chain ?? reserved.chain,
    metadata: { ...reserved.metadata, ...given.metadata },
    tags: [...new Set([...reserved.tags, ...given.tags])],
  }
}
