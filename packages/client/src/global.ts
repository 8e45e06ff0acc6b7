// What a script tag gives a page: the names it needs, and nothing that could fail before it uses them.
import { ChainMonitor, createMonitorClient, LlmmonError } from './index.js'

Object.assign(globalThis, { ChainMonitor, llmmon: { ChainMonitor, createMonitorClient, LlmmonError } })
