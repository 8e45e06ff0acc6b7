/** Bounds of what a writer takes and keeps. Lengths are UTF-16 units of JSON text; every cut leaves a mark. */
export interface WriterLimits {
  /** Length of a run's `result`. Default 1 048 576. */
  resultLength?: number
  /** Length of a step's `intermediate_result`, of `custom.data` and of `metadata`. Default 65 536. */
  payloadLength?: number
  /** Length of an error message. Default 8 192. */
  messageLength?: number
  /**
   * Events of one run that wait to be written. Beyond it tokens merge and `custom` events go; beyond four times as
   * many, whole new steps. Default 10 000.
   */
  bufferedEvents?: number
  /** Length of the events of one run that wait to be written. Default 4 194 304. */
  bufferedLength?: number
  /** Length of a run's compacted history. Beyond it the oldest payloads and texts are cut. Default 8 388 608. */
  historyLength?: number
}

/** The limits with every default filled in. */
export type ResolvedWriterLimits = Required<WriterLimits>

/** The defaults of `WriterLimits`. */
export const defaultWriterLimits: ResolvedWriterLimits = {
  resultLength: 1_048_576,
  payloadLength: 65_536,
  messageLength: 8_192,
  bufferedEvents: 10_000,
  bufferedLength: 4_194_304,
  historyLength: 8_388_608,
}

/** Length at which a token, a batch or a segment is full. */
export const chunkLength = 32_768

/** Length at which a segment is full. */
export const segmentLength = 65_536

/** When the raw tail of the history is compacted into segments. */
export const tailLimits = { length: 262_144, events: 1_000 } as const
