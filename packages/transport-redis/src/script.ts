import { createHash } from 'node:crypto'

/** A Lua script and the name under which Redis keeps it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

function script(source: string): Script {
  const whole = `${prelude}\n${source.trim()}`
  return { source: whole, sha: createHash('sha1').update(whole).digest('hex') }
}

// KEYS: meta, segments, tail. Times are Redis' own. Every check comes before the first write, since a script is not
// rolled back; and the first write is one that Redis refuses when it is out of memory.
const prelude = `
local meta, segments, tail = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function order(a, b)
  if #a ~= #b then return #a - #b end
  if a == b then return 0 end
  return a < b and -1 or 1
end
local function keep(ms)
  for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ms) end
end
local function fresh(stored)
  local epoch = string.format('%.0f', micros)
  if stored and order(stored, epoch) >= 0 then epoch = string.format('%.0f', tonumber(stored) + 1) end
  return epoch
end
local function refuse(epoch)
  local m = redis.call('HMGET', meta, 'state', 'epoch', 'last')
  if not m[1] or m[1] == 'reserved' then return { 'lost', 0 } end
  local o = order(epoch, m[2])
  if o < 0 then return { 'fenced', tonumber(m[3]) } end
  if o > 0 then return { 'lost', tonumber(m[3]) } end
  if tonumber(m[3]) > 0 and redis.call('EXISTS', segments, tail) == 0 then return { 'lost', tonumber(m[3]) } end
  return nil, m[1], tonumber(m[3])
end
local function add(epoch, from, to, closes, text)
  return redis.pcall('XADD', tail, epoch .. '-' .. to, 'from', from, 'closes', closes, 'text', text)
end
local function failed(reply) return type(reply) == 'table' and reply.err end`

/** ARGV: label, ttl. */
export const reserveScript = script(`
if redis.call('EXISTS', meta) == 1 then return 'exists' end
redis.call('HSET', meta, 'state', 'reserved', 'epoch', '0', 'last', 0, 'opened', 'new', 'hb', now, 'label', ARGV[1])
redis.call('PEXPIRE', meta, ARGV[2])
return 'ok'`)

/** ARGV: mode, owner, host, label, ttl. */
export const claimScript = script(`
local m = redis.call('HMGET', meta, 'state', 'epoch', 'owner', 'cancel')
local state, stored, owner = m[1], m[2], m[3]
if state == 'open' and owner == ARGV[2] then return { 'ok', stored, false } end
if ARGV[1] == 'revive' then
  if state == 'closed' then return { 'closed' } end
  if state and not (state == 'abandoned' and owner == ARGV[2]) then return { 'fenced' } end
elseif ARGV[1] == 'new' and state and state ~= 'reserved' then return { 'exists' } end
local epoch = fresh(stored)
local opened = 'replaced'
if not state or state == 'reserved' then opened = 'new' elseif ARGV[1] == 'revive' then opened = 'revived' end
redis.call('HSET', meta, 'state', 'open', 'epoch', epoch, 'last', 0, 'opened', opened, 'owner', ARGV[2],
  'host', ARGV[3], 'hb', now, 'label', ARGV[4], 'segments', 0)
redis.call('HDEL', meta, 'base', 'cancel')
redis.call('DEL', segments, tail)
keep(ARGV[5])
return { 'ok', epoch, m[4] }`)

/** ARGV: epoch, from, to, closes, text, ttl, channel, message. */
export const appendScript = script(`
local refused, state, last = refuse(ARGV[1])
if refused then return refused end
local from, to = tonumber(ARGV[2]), tonumber(ARGV[3])
if to <= last then return { 'dup', last } end
if state ~= 'open' then return { 'closed', last } end
if from ~= last + 1 then return { 'gap', last } end
local added = add(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])
if failed(added) then
  -- Somebody else has written to the stream: what is here is not what the writer wrote, so it is to be put back whole.
  if not string.find(added.err, 'equal or smaller', 1, true) then return added end
  redis.call('DEL', segments, tail)
  return { 'lost', last }
end
redis.call('HSET', meta, 'last', to, 'hb', now)
if ARGV[4] == '1' then redis.call('HSET', meta, 'state', 'closed') end
keep(ARGV[6])
redis.call('PUBLISH', ARGV[7], ARGV[8])
return { 'ok', to }`)

/** ARGV: epoch, ttl. */
export const heartbeatScript = script(`
local refused, state, last = refuse(ARGV[1])
if refused then return refused end
if state ~= 'open' then return { 'closed', last } end
redis.call('HSET', meta, 'hb', now)
keep(ARGV[2])
return { 'ok', last }`)

/** ARGV: epoch, first, end, replace, ttl, then the texts. */
export const checkpointScript = script(`
local refused, state, last = refuse(ARGV[1])
if refused then return refused end
local first, ends = tonumber(ARGV[2]), tonumber(ARGV[3])
local before = tonumber(redis.call('HGET', meta, 'segments') or 0)
local replaces = ARGV[4] == '1'
if not replaces and ends <= before then return { 'dup', last } end
local follows = redis.call('XRANGE', tail, '(' .. ARGV[1] .. '-' .. ARGV[3], '+', 'COUNT', 1)
local joins = first == (replaces and 1 or before + 1) and ends <= last
if joins and ends < last then joins = follows[1] ~= nil and tonumber(follows[1][2][2]) == ends + 1 end
if not joins then return { 'gap', last } end
redis.call('HSET', meta, 'segments', ends)
if replaces then redis.call('DEL', segments) end
for i = 6, #ARGV do redis.call('RPUSH', segments, ARGV[i]) end
redis.call('XTRIM', tail, 'MINID', '=', ARGV[1] .. '-' .. string.format('%.0f', ends + 1))
keep(ARGV[5])
return { 'ok', last }`)

/** ARGV: epoch, owner, host, label, ttl, last, closed, count of segments, their end, their texts, then from, to, closes, text of each raw batch. */
export const restoreScript = script(`
local m = redis.call('HMGET', meta, 'state', 'epoch', 'last', 'opened')
local opened = 'new'
if m[1] then
  local o = order(ARGV[1], m[2])
  if o < 0 then return { 'fenced', tonumber(m[3]) } end
  if o == 0 then
    opened = m[4]
    local whole = m[3] == '0' or redis.call('EXISTS', segments, tail) > 0
    if m[3] == ARGV[6] and whole then return { 'dup', tonumber(m[3]) } end
  end
end
redis.call('HSET', meta, 'state', ARGV[7] == '1' and 'closed' or 'open', 'epoch', ARGV[1], 'last', ARGV[6],
  'opened', opened, 'owner', ARGV[2], 'host', ARGV[3], 'hb', now, 'label', ARGV[4], 'segments', ARGV[9])
redis.call('HDEL', meta, 'base', 'cancel')
redis.call('DEL', segments, tail)
local count = tonumber(ARGV[8])
for i = 10, 9 + count do redis.call('RPUSH', segments, ARGV[i]) end
for i = 10 + count, #ARGV, 4 do add(ARGV[1], ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
keep(ARGV[5])
return { 'ok', tonumber(ARGV[6]) }`)

/** ARGV: the epoch and last number it was seen with, lease, new epoch, base, text, ttl, channel, message. */
export const reapScript = script(`
local m = redis.call('HMGET', meta, 'state', 'epoch', 'last', 'hb')
if not m[1] or m[1] == 'reserved' then return 'unknown' end
if m[1] ~= 'open' then return 'closed' end
local silent, lease = now - tonumber(m[4]), tonumber(ARGV[3])
if silent <= lease and silent >= -lease then return 'alive' end
if m[2] ~= ARGV[1] or m[3] ~= ARGV[2] then return 'alive' end
local to = string.format('%.0f', tonumber(m[3]) + 1)
local added = add(ARGV[4], to, to, '1', ARGV[6])
if failed(added) then return added end
redis.call('HSET', meta, 'state', 'abandoned', 'epoch', ARGV[4], 'last', to, 'opened', 'reaped', 'base', ARGV[5], 'hb', now)
keep(ARGV[7])
redis.call('PUBLISH', ARGV[8], ARGV[9])
return 'reaped'`)

/** ARGV: cancel. */
export const storeCancelScript = script(`
if redis.call('HGET', meta, 'state') ~= 'reserved' then return 0 end
redis.call('HSET', meta, 'cancel', ARGV[1])
return 1`)

/** ARGV: 1 to give the batches too. Segments and tail are read in one step, so they always fit together. */
export const readScript = script(`
local m = redis.call('HGETALL', meta)
if #m == 0 then return false end
if ARGV[1] ~= '1' then return { now, time, m } end
return { now, time, m, redis.call('LRANGE', segments, 0, -1), redis.call('XRANGE', tail, '-', '+') }`)
