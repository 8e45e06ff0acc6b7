export {
  ChainMonitor,
  type ChainMonitorOptions,
  createMonitorClient,
  type Json,
  type KnownRun,
  LlmmonError,
  type MonitorClient,
  type MonitorClientOptions,
  type MonitorSnapshot,
  type RunId,
  type RunOf,
  type RunState,
  runOf,
  type StepOf,
  type ViewedRun,
  type Wire,
} from '@llmmon/client'
export { monitorPlugin } from './monitor-plugin.js'
export { type UseChainMonitorOptions, useChainMonitor } from './use-chain-monitor.js'
