import { describe, expect, it } from 'vitest'
import { routedAs, routeOf } from '../src/route.js'

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

describe('routedAs', () => {
  it.each([
    ['/ws', { kind: 'protocol' }],
    ['/api/v2/live?x=1', { kind: 'protocol' }],
    ['/api/live/chain/r1/?after=3', { kind: 'plain', runId: 'r1', after: 3 }],
    ['/api/live/chain/a%7Db', { kind: 'plain', runId: '' }],
    ['/ws/chain/r1', { kind: 'plain', runId: 'r1' }],
    ['http://[', { kind: 'foreign' }],
  ])('of %s, brought here by a router', (url, route) => {
    expect(routedAs(url, '/ws')).toMatchObject(route)
  })
})
