export { type Batch, checkBatch, checkEncodedBatch, decodeBatch, type EncodedBatch, encodeBatch } from './batch.js'
export { clientFrameLimits, type DecodedClientFrame, decodeClientFrame } from './client-frame.js'
export { type CloseCodeName, type CloseReaction, closeCodes, closeReaction } from './close-code.js'
export { type ErrorCode, errorCodes, LlmmonError, type LlmmonErrorOptions } from './error.js'
export {
  type CancelledEvent,
  type CancelRequestedEvent,
  type Channel,
  type CompleteEvent,
  type CustomEvent,
  channels,
  type ErrorEvent,
  type EventBody,
  isTerminal,
  type ProgressEvent,
  type RunEvent,
  type Sequenced,
  type StartEvent,
  type StepEnd,
  type StepEvent,
  type StepStartEvent,
  type TerminalEvent,
  type TokenEvent,
  type UnsequencedEvent,
  type UpdateType,
  type WireUsage,
} from './event.js'
export * from './frame.js'
export { isJsonObject, type Json, type JsonObject, type Wire, type WireItem } from './json.js'
export {
  accept,
  type Base,
  compareEpochs,
  continuity,
  isEpoch,
  isSeq,
  type Position,
  type Span,
} from './position.js'
export { checkRunId, createRunId, isRunId, runIdPattern } from './run-id.js'
export { decodeServerFrame } from './server-frame.js'
