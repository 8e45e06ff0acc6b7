import { memoryTransport, startRun } from '@llmmon/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type LiveHandles, listen, trackHandles } from '../src/index.js'

let handles: LiveHandles

afterEach(() => handles.stop())

describe('trackHandles', () => {
  it('knows the sockets that are open, until they are closed', async () => {
    handles = trackHandles()
    const http = await listen()
    expect(handles.list()).toEqual([expect.stringContaining('TCPSERVERWRAP')])
    await http.close()
    await handles.settled()

    expect(handles.list()).toEqual([])
  })

  it('knows the timers of the packages, and where they were set; those of tests do not count', async () => {
    handles = trackHandles()
    const own = setInterval(() => undefined, 1_000)
    const transport = memoryTransport()
    startRun({ name: 'c', transport })
    await new Promise((resolve) => setImmediate(resolve))
    expect(handles.list()).toEqual(expect.arrayContaining([expect.stringMatching(/^a timer of packages\/core\/src\//)]))
    await transport.close()
    await handles.settled()
    clearInterval(own)

    expect(handles.list()).toEqual([])
  })
})
