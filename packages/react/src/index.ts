export {
  ChainMonitor,
  type ChainMonitorOptions,
  createMonitorClient,
  LlmmonError,
  type MonitorClient,
  type MonitorClientOptions,
  type MonitorSnapshot,
  type ResultOf,
  type RunId,
  runOf,
  type ViewedRun,
} from '@llmmon/client'
export { MonitorProvider } from './monitor-provider.js'
export { type UseChainMonitorOptions, useChainMonitor } from './use-chain-monitor.js'
