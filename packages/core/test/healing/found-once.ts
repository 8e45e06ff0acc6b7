import type { Step } from './history.js'

/** Histories that random ones have found, and that went wrong then; each is one argument of the property. */
export const foundOnce: [Step[]][] = [
  // The claim is done, its answer is lost, and before it is repeated the run is given up.
  [
    [
      { do: 'send', fate: 'lost', times: 1 },
      { do: 'reap' },
      { do: 'send', fate: 'answered', times: 1 },
      { do: 'say', kind: 'custom', count: 2 },
    ],
  ],
  // A claim that replaces is done a second time, when the run has long ended.
  [
    [
      { do: 'send', fate: 'answered', times: 1 },
      { do: 'replace' },
      { do: 'send', fate: 'late', times: 1 },
      { do: 'end' },
      { do: 'wait' },
      { do: 'send', fate: 'answered', times: 2 },
      { do: 'arrive' },
    ],
  ],
  // A writer that was taken over wants its run back, and finds a store that has just forgotten everything.
  [
    [
      { do: 'send', fate: 'answered', times: 1 },
      { do: 'replace' },
      { do: 'send', fate: 'answered', times: 1 },
      { do: 'wait' },
      { do: 'wait' },
      { do: 'wait' },
      { do: 'wait' },
      { do: 'wait' },
      { do: 'send', fate: 'answered', times: 1 },
      { do: 'lose', part: 'all' },
      { do: 'send', fate: 'answered', times: 1 },
      { do: 'say', kind: 'custom', count: 3 },
    ],
  ],
]
