import type { MonitorClient } from '@llmmon/client'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onTestFinished } from 'vitest'
import { MonitorProvider } from '../src/index.js'

/** A part of the page that React draws; it goes with the test. */
export interface Drawn {
  readonly container: HTMLElement
  draw(node: ReactNode): void
  unmount(): void
}

/** Draws under StrictMode, which does everything twice that must be harmless twice. */
export function draw(client: MonitorClient, node: ReactNode): Drawn {
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container)
  let isMounted = true
  const drawn: Drawn = {
    container,
    draw(next) {
      root.render(
        <StrictMode>
          <MonitorProvider client={client}>{next}</MonitorProvider>
        </StrictMode>,
      )
    },
    unmount() {
      if (isMounted) root.unmount()
      isMounted = false
    },
  }
  drawn.draw(node)
  onTestFinished(() => {
    drawn.unmount()
    container.remove()
  })
  return drawn
}
