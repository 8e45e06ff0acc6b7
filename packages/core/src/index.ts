export {
  type ChainFunction,
  type ChainObject,
  type ExecuteOptions,
  type MonitorChainOptions,
  type MonitoredChain,
  monitorChain,
  type StartedRun,
} from './chain/monitor-chain.js'
export { type SequentialChain, type StepDefinition, sequentialChain, step } from './chain/sequential-chain.js'
export { type Following, type FollowObserver, type FollowOptions, followRun } from './feed/follow-run.js'
export { type MemoryTransport, type MemoryTransportOptions, memoryTransport } from './memory/memory-transport.js'
export * from './protocol/index.js'
export * from './state/index.js'
export { abandonedBatch, nextEpoch } from './transport/abandoned-batch.js'
export type * from './transport/transport.js'
export { currentRun } from './writer/current-run.js'
export type { ErrorHook, Logger } from './writer/hooks.js'
export type { WriterLimits } from './writer/limits.js'
export { type PublicError, publicError } from './writer/public-error.js'
export { readRun, type StoredRun } from './writer/read-run.js'
export type { RedactHook } from './writer/redact.js'
export { type ReserveRunOptions, reserveRun } from './writer/reserve-run.js'
export type { Recorder, Run, Step, StepOptions } from './writer/run.js'
export type { SchemaOutcome, StandardSchema } from './writer/standard-schema.js'
export { type RunOptions, startRun, type WriterOptions } from './writer/start-run.js'
export type { Pick, Tapped, TapSource } from './writer/tap.js'
