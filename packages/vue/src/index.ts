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
export { monitorPlugin } from './monitor-plugin.js'
export { type UseChainMonitorOptions, useChainMonitor } from './use-chain-monitor.js'
