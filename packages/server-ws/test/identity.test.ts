import { memoryTransport, type RunEvent } from '@llmmon/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expiring } from '../src/expiring.js'
import { anonymous, identityOf } from '../src/identity.js'
import { allowAnyone, type MonitorServerOptions, resolveOptions } from '../src/options.js'

function options(own: Partial<MonitorServerOptions> = {}) {
  return resolveOptions({ transport: memoryTransport(), authorize: allowAnyone, ...own })
}

const view = (event: RunEvent) => event

afterEach(() => void vi.useRealTimers())

describe('identityOf', () => {
  it.each([
    ['a string', 'u', 'u'],
    ['a number', 7, '7'],
    ['zero', 0, '0'],
    ['an id', { id: 'u', sub: 's' }, 'u'],
    ['the subject of a token', { sub: 's' }, 's'],
    ['a user id', { userId: 9 }, '9'],
    ['nothing of them', { name: 'u' }, undefined],
    ['an id that is no name', { id: {} }, undefined],
    ['true', true, undefined],
  ])('counts a principal by %s', (_, principal, key) => {
    expect(identityOf(principal, options())).toEqual({ principal, key, expiresAt: undefined, audience: '' })
  })

  it('counts by principalKey where there is one', () => {
    expect(identityOf('u', options({ principalKey: (user) => `tenant/${user}` }))?.key).toBe('tenant/u')
    expect(identityOf('u', options({ principalKey: () => undefined }))?.key).toBeUndefined()
  })

  it('is nobody for null and undefined, also with an end', () => {
    for (const nobody of [null, undefined]) {
      expect(identityOf(nobody, options())).toBeUndefined()
      expect(identityOf(expiring(nobody, new Date(8e15)), options())).toBeUndefined()
    }
  })

  it('ends when it says, and is nobody from then on', () => {
    vi.useFakeTimers({ now: 1_000 })
    expect(identityOf(expiring('u', new Date(1_001)), options())).toMatchObject({ principal: 'u', expiresAt: 1_001 })
    expect(identityOf(expiring('u', new Date(1_000)), options())).toBeUndefined()
  })

  it('belongs to an audience only where there is a view', () => {
    const audience = (user: unknown) => `those like ${user}`

    expect(identityOf('u', options({ audience, view }))?.audience).toBe('those like u')
    expect(anonymous(options({ audience, view }))?.audience).toBe('those like undefined')
    expect(identityOf('u', options({ audience }))?.audience).toBe('')
    expect(identityOf('u', options({ view }))?.audience).toBe('')
  })

  it('is thrown out where the hook names no audience', () => {
    expect(() => identityOf('u', options({ audience: () => undefined as never, view }))).toThrow('audience(principal)')
  })
})
