'use client'

import type { MonitorClient } from '@llmmon/client'
import { createContext, createElement, type ReactElement, type ReactNode } from 'react'

/** The client of the nearest `MonitorProvider`. */
export const MonitorContext = createContext<MonitorClient | undefined>(undefined)

/**
 * Gives every `useChainMonitor` below it a client. Optional: without one there is a default client for `/ws` of the page, made when it is needed, in
 * browsers only.
 *
 * @example
 * const client = createMonitorClient({ url: 'wss://example.org/ws', getToken })
 * <MonitorProvider client={client}><App /></MonitorProvider>
 */
export function MonitorProvider({ client, children }: { client: MonitorClient; children?: ReactNode }): ReactElement {
  return createElement(MonitorContext.Provider, { value: client }, children)
}
