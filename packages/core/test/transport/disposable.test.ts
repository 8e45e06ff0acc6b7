import { describe, expect, it } from 'vitest'
import { memoryTransport } from '../../src/index.js'
import { disposable } from '../../src/transport/disposable.js'

describe('disposable', () => {
  it('closes what leaves its scope', async () => {
    const transport = memoryTransport()
    await transport[Symbol.asyncDispose]()

    await expect(transport.reap('r')).rejects.toMatchObject({ code: 'closed' })
  })

  it('does without where there is no such symbol', () => {
    const own = { close: async () => undefined }

    expect(Reflect.ownKeys(disposable(own, undefined))).toEqual(['close', Symbol.asyncDispose])
    expect(Reflect.ownKeys(disposable({ close: own.close }, null))).toEqual(['close'])
  })
})
