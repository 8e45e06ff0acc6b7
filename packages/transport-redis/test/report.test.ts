import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { Connection } from '../src/connect.js'
import { report } from '../src/report.js'

function open(selfTest: () => Promise<string[]>) {
  const connection = new EventEmitter()
  const said: string[] = []
  const say = (_: object, message: string) => void said.push(message)
  report(connection as unknown as Connection, { debug: say, info: say, warn: say, error: say }, selfTest)
  return { connection, said }
}

describe('report', () => {
  it('says once that Redis is away, however often it fails, and once that it is back', () => {
    const { connection, said } = open(async () => [])
    for (let i = 0; i < 5; i += 1) connection.emit('error', new Error('down'))
    connection.emit('ready')
    connection.emit('ready')

    expect(said).toEqual([expect.stringMatching(/cannot be reached/), expect.stringMatching(/is back/)])
  })

  it('says each thing that is wrong once, and looks again until nothing is', async () => {
    const answers = [['old', 'small'], ['old'], [], ['never asked']]
    const selfTest = vi.fn(async () => answers.shift() ?? [])
    const { connection, said } = open(selfTest)
    for (let i = 0; i < 5; i += 1) {
      connection.emit('ready')
      await new Promise(setImmediate)
    }

    expect(said).toEqual(['old', 'small'])
    expect(selfTest).toHaveBeenCalledTimes(3)
  })

  it('survives a test that the connection did not', async () => {
    const { connection, said } = open(() => Promise.reject(new Error('lost')))
    connection.emit('ready')
    await new Promise(setImmediate)

    expect(said).toEqual([])
  })
})
