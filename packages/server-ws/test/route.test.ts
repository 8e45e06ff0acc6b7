import { describe, expect, it } from 'vitest'
import { routeOf } from '../src/route.js'

describe('routeOf', () => {
  it.each([
    ['/ws', { kind: 'protocol' }],
    ['/ws/', { kind: 'protocol' }],
    ['/ws?x=1', { kind: 'protocol' }],
    ['/ws/chain/run-1/', { kind: 'plain', runId: 'run-1', after: 0, ticket: undefined }],
    ['/ws/chain/run-1', { kind: 'plain', runId: 'run-1', after: 0, ticket: undefined }],
    ['/ws/chain/r/?after=7&ticket=t', { kind: 'plain', runId: 'r', after: 7, ticket: 't' }],
    ['/ws/chain/r/?after=-1', { kind: 'plain', runId: 'r', after: 0, ticket: undefined }],
    ['/ws/chain/r/?after=1e999', { kind: 'plain', runId: 'r', after: 0, ticket: undefined }],
    ['/ws/chain/a%7Db/', { kind: 'plain', runId: '', after: 0, ticket: undefined }],
    ['/ws/chain/', { kind: 'plain', runId: '', after: 0, ticket: undefined }],
    ['/ws/chain/a/b', { kind: 'foreign' }],
    ['/wsx', { kind: 'foreign' }],
    ['/', { kind: 'foreign' }],
    [undefined, { kind: 'foreign' }],
    ['//evil/ws', { kind: 'protocol' }],
    ['http://[', { kind: 'foreign' }],
  ])('of %s', (url, route) => {
    expect(routeOf(url, '/ws')).toEqual(route)
  })

  it('takes a path with a slash at its end', () => {
    expect(routeOf('/live', '/live/')).toEqual({ kind: 'protocol' })
  })
})
