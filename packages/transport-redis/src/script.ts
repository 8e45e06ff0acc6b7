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
local function failed(reply) return type(reply) == 'table' and reply.err end
local function order(a, b)
  if #a ~= #b then return #a - #b end
  if a == b then return 0 end
  return a < b and -1 or 1
end
local function keep(ms)
  redis.call('PEXPIRE', meta, ms)
  redis.call('PEXPIRE', segments, ms)
  redis.call('PEXPIRE', tail, ms)
end
local function fresh(stored)
  local epoch = string.format('%.0f', micros)
  if stored and string.match(stored, '^%d+$') and order(stored, epoch) >= 0 then epoch = string.format('%.0f', tonumber(stored) + 1) end
  return epoch
end
local function baseEpoch(text)
  local is, base = pcall(cjson.decode, text)
  if is and type(base) == 'table' and type(base.epoch) == 'string' then return base.epoch end
end
-- A store that evicts takes keys one by one: what says that there is more must not be believed.
local function whole(last, ends)
  last, ends = tonumber(last or ''), tonumber(ends or 0)
  if not last or not ends then return false end
  return (ends == 0 or redis.call('EXISTS', segments) == 1) and (last == ends or redis.call('EXISTS', tail) == 1)
end
-- Anybody who can write to Redis could have written this.
local function isRun(epoch, last)
  return epoch and string.match(epoch, '^%d+$') and last and string.match(last, '^%d+$')
end
local function refuse(epoch)
  local m = redis.pcall('HMGET', meta, 'state', 'epoch', 'last', 'segments')
  if failed(m) or not m[1] or m[1] == 'reserved' or not isRun(m[2], m[3]) then return { 'lost', 0 } end
  local o = order(epoch, m[2])
  if o < 0 then return { 'fenced', tonumber(m[3]) } end
  if o > 0 or not whole(m[3], m[4]) then return { 'lost', tonumber(m[3]) } end
  return nil, m[1], tonumber(m[3])
end
local function add(stream, epoch, from, to, closes, text)
  return redis.pcall('XADD', stream, epoch .. '-' .. to, 'from', from, 'closes', closes, 'text', text)
end
-- Somebody else has written to the stream: what is here is not what the writer wrote, so it is to be put back whole.
local function spoiled(reply, last)
  local isTheirs = string.find(reply.err, 'equal or smaller', 1, true) or string.find(reply.err, 'WRONGTYPE', 1, true)
  if not isTheirs then return reply end
  redis.call('DEL', segments, tail)
  return { 'lost', last }
end
-- In a cluster a message goes to the shard of its run alone, where the server knows how (7.0).
local function publish(channel, message, sharded)
  if sharded == '1' then
    local told = redis.pcall('SPUBLISH', channel, message)
    if not failed(told) or not string.find(told.err, 'nknown', 1, true) then return told end
  end
  return redis.pcall('PUBLISH', channel, message)
end`

/** ARGV: label, ttl. */
export const reserveScript = script(`
if redis.call('EXISTS', meta) == 1 then return 'exists' end
redis.call('HSET', meta, 'state', 'reserved', 'epoch', '0', 'last', 0, 'opened', 'new', 'hb', now, 'label', ARGV[1])
redis.call('PEXPIRE', meta, ARGV[2])
return 'ok'`)

/**
 * ARGV: mode, owner, host, label, ttl, the epoch that a revived writer had, the label that a reservation is known to have. One that has another is left
 * as it is and its label given: the claim is made again with both in one, since Lua would not keep JSON as it is.
 */
export const claimScript = script(`
local m = redis.call('HMGET', meta, 'state', 'epoch', 'owner', 'cancel', 'base', 'label')
local state, stored, owner = m[1], m[2], m[3]
if not isRun(stored, '0') then stored = '0' end
local revives = ARGV[1] == 'revive'
if revives and (not state or state == 'reserved' or order(ARGV[6], stored) > 0) then return { 'lost' } end
-- A repeat, however late: it must not undo what has been written since.
if owner == ARGV[2] and (state == 'open' or state == 'closed') then return { 'ok', stored, false, m[6] } end
local own = state == 'abandoned' and owner == ARGV[2]
if revives then
  -- What was given up is older than what the claimer had: the store had been rolled back behind it.
  if state == 'abandoned' and order(ARGV[6], baseEpoch(m[5]) or stored) > 0 then own = true end
  if state == 'closed' then return { 'closed' } end
  if not own then return { 'fenced' } end
elseif ARGV[1] == 'new' and state and state ~= 'reserved' and not own then return { 'exists' } end
if state == 'reserved' and m[6] and m[6] ~= ARGV[7] then return { 'reserved', m[6] } end
local epoch = fresh(stored)
local opened = 'replaced'
if not state or state == 'reserved' then opened = 'new' elseif own then opened = 'revived' end
redis.call('HSET', meta, 'state', 'open', 'epoch', epoch, 'last', 0, 'opened', opened, 'owner', ARGV[2],
  'host', ARGV[3], 'hb', now, 'label', ARGV[4], 'segments', 0)
redis.call('HDEL', meta, 'base', 'cancel')
redis.call('DEL', segments, tail)
keep(ARGV[5])
return { 'ok', epoch, m[4], ARGV[4] }`)

/**
 * Appends a batch each to one or more runs. KEYS: of each run as everywhere. ARGV: ttl while open, ttl once closed, sharded; then of each run
 * epoch, from, to, closes, text, message (empty: the text). Gives, of each run whose batch was not simply written, which one it is (from 1), the
 * answer and a number; of what Redis refused `error` and why.
 */
export const appendScript = script(`
local call, pcall = redis.call, redis.pcall
local openMs, endedMs, sharded = ARGV[1], ARGV[2], ARGV[3]
local nowText = string.format('%.0f', now)
local pace = math.ceil(tonumber(openMs) / 100)
local turn = math.floor(now / pace)
local function append(epoch, from, to, closes, text, message)
  local m = pcall('HMGET', meta, 'state', 'epoch', 'last', 'segments', 'hb')
  if m.err then return 'lost', 0 end
  local last, ends = tonumber(m[3] or ''), tonumber(m[4] or 0)
  -- What nearly always is so, with as few commands as can be; that the tail is there XADD itself sees to.
  local isNext = m[1] == 'open' and m[2] == epoch and last and ends and tonumber(from) == last + 1
  if not isNext or (ends > 0 and call('EXISTS', segments) == 0) then
    local refused, state, stored = refuse(epoch)
    if refused then return refused[1], refused[2] end
    if tonumber(to) <= stored then return 'dup', stored end
    return state == 'open' and 'gap' or 'closed', stored
  end
  local id = epoch .. '-' .. to
  local added
  if last == ends then added = pcall('XADD', tail, id, 'from', from, 'closes', closes, 'text', text)
  else added = pcall('XADD', tail, 'NOMKSTREAM', id, 'from', from, 'closes', closes, 'text', text) end
  if not added then return 'lost', last end
  if failed(added) then
    local what = spoiled(added, last)
    if what.err then return 'error', what.err end
    return what[1], what[2]
  end
  if closes == '1' then
    call('HSET', meta, 'last', to, 'hb', nowText, 'state', 'closed')
    keep(endedMs)
  else
    call('HSET', meta, 'last', to, 'hb', nowText)
    -- Now and then, and longer by that: three commands fewer for all the others.
    if last == ends or turn ~= math.floor((tonumber(m[5] or '') or 0) / pace) then keep(openMs + pace) end
  end
  local channel = string.sub(meta, 1, -5) .. 'live'
  if message == '' then message = text end
  local told
  if sharded == '1' then told = publish(channel, message, sharded) else told = pcall('PUBLISH', channel, message) end
  if failed(told) then return 'error', told.err end
end
local others = {}
for i = 1, #KEYS / 3 do
  meta, segments, tail = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  local a = 6 * i - 2
  local answer, detail = append(ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5])
  if answer then
    local n = #others
    others[n + 1], others[n + 2], others[n + 3] = i, answer, detail
  end
end
return others`)

/** ARGV: epoch, ttl. */
export const heartbeatScript = script(`
local refused, state, last = refuse(ARGV[1])
if refused then return refused end
if state ~= 'open' then return { 'closed', last } end
redis.call('HSET', meta, 'hb', now)
keep(ARGV[2])
return { 'ok', last }`)

/** ARGV: epoch, first, end, replace, ttl, then from, to, closes, text of each segment. */
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
if replaces then
  redis.call('HSET', meta, 'segments', ends)
  redis.call('DEL', segments)
end
for i = 6, #ARGV, 4 do
  local added = add(segments, ARGV[1], ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  if failed(added) then return spoiled(added, last) end
end
redis.call('HSET', meta, 'segments', ends)
redis.call('XTRIM', tail, 'MINID', '=', ARGV[1] .. '-' .. string.format('%.0f', ends + 1))
keep(ARGV[5])
return { 'ok', last }`)

/** ARGV: epoch, owner, host, label, ttl, last, closed, count of segments, their end, then from, to, closes, text of each segment and each raw batch. */
export const restoreScript = script(`
local m = redis.pcall('HMGET', meta, 'state', 'epoch', 'last', 'opened', 'segments')
if failed(m) then redis.call('DEL', meta) end
local opened = 'new'
if m[1] and isRun(m[2], m[3]) then
  local o = order(ARGV[1], m[2])
  if o < 0 then return { 'fenced', tonumber(m[3]) } end
  if o == 0 then
    opened = m[4] or opened
    if m[3] == ARGV[6] and whole(m[3], m[5]) then return { 'dup', tonumber(m[3]) } end
  end
end
redis.call('HSET', meta, 'state', ARGV[7] == '1' and 'closed' or 'open', 'epoch', ARGV[1], 'last', ARGV[6],
  'opened', opened, 'owner', ARGV[2], 'host', ARGV[3], 'hb', now, 'label', ARGV[4], 'segments', ARGV[9])
redis.call('HDEL', meta, 'base', 'cancel')
redis.call('DEL', segments, tail)
local firstRaw = 10 + 4 * tonumber(ARGV[8])
for i = 10, #ARGV, 4 do
  add(i < firstRaw and segments or tail, ARGV[1], ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
keep(ARGV[5])
return { 'ok', tonumber(ARGV[6]) }`)

/** ARGV: the epoch and last number it was seen with, lease, new epoch, base, text, ttl, channel, message, sharded. */
export const reapScript = script(`
local m = redis.call('HMGET', meta, 'state', 'epoch', 'last', 'hb', 'segments')
if not m[1] or m[1] == 'reserved' or not isRun(m[2], m[3]) or not whole(m[3], m[5]) then return 'unknown' end
if m[1] ~= 'open' then return 'closed' end
local silent, lease = now - (tonumber(m[4] or '') or 0), tonumber(ARGV[3])
if silent <= lease and silent >= -lease then return 'alive' end
if m[2] ~= ARGV[1] or m[3] ~= ARGV[2] then return 'alive' end
local to = string.format('%.0f', tonumber(m[3]) + 1)
local added = add(tail, ARGV[4], to, to, '1', ARGV[6])
if failed(added) then return added end
redis.call('HSET', meta, 'state', 'abandoned', 'epoch', ARGV[4], 'last', to, 'opened', 'reaped', 'base', ARGV[5], 'hb', now)
keep(ARGV[7])
local told = publish(ARGV[8], ARGV[9], ARGV[10])
if failed(told) then return told end
return 'reaped'`)

/** ARGV: cancel. */
export const storeCancelScript = script(`
if redis.call('HGET', meta, 'state') ~= 'reserved' then return 0 end
redis.call('HSET', meta, 'cancel', ARGV[1])
return 1`)

/**
 * ARGV: the number after which to read, and how many raw batches; without them the batches are left out. Gives the clock, the hash, raw batches, and 1 if there are more;
 * nothing where a part of the run is missing. The raw batches begin where the segments of this hash end, or after the number. The segments themselves are read
 * beside it.
 */
export const readScript = script(`
local m = redis.pcall('HMGET', meta, 'state', 'last', 'segments', 'epoch', 'base')
if failed(m) or not m[1] or (m[1] ~= 'reserved' and not whole(m[2], m[3])) then return false end
local all = redis.call('HGETALL', meta)
if not ARGV[1] then return { now, all } end
local first = baseEpoch(m[5]) or m[4]
local from = '(' .. (string.match(first or '', '^%d+$') or '0') .. '-' .. ARGV[1]
local raw = redis.pcall('XRANGE', tail, from, '+', 'COUNT', ARGV[2])
-- Only looked at: what they hold would be copied twice by a script.
local old = redis.pcall('XRANGE', segments, '+', '+', 'COUNT', 1)
if failed(raw) or failed(old) then return false end
return { now, all, raw, #raw == tonumber(ARGV[2]) and 1 or 0 }`)

/** KEYS: the channel, for the way there. ARGV: message, sharded. Gives how many heard it. */
export const publishScript = script(`return publish(KEYS[1], ARGV[1], ARGV[2])`)

/** Tries what the other scripts do on keys of its own, and gives what failed: command and answer, by turns. ARGV: channel, sharded. */
export const selfTestScript = script(`
local wrong = {}
local function try(...)
  local reply = redis.pcall(...)
  if failed(reply) then
    wrong[#wrong + 1] = select(1, ...)
    wrong[#wrong + 1] = reply.err
  end
end
try('HSET', meta, 'state', 'self-test')
try('HMGET', meta, 'state')
try('HGET', meta, 'state')
try('HGETALL', meta)
try('HDEL', meta, 'state')
try('XADD', tail, '1-1', 'from', '1')
try('XRANGE', tail, '-', '+')
try('XTRIM', tail, 'MINID', '=', '1-2')
try('EXISTS', tail)
for i = 1, 3 do try('PEXPIRE', KEYS[i], 1000) end
try('DEL', meta, segments, tail)
local told = publish(ARGV[1], 'self-test', ARGV[2])
if failed(told) then
  wrong[#wrong + 1] = ARGV[2] == '1' and 'SPUBLISH' or 'PUBLISH'
  wrong[#wrong + 1] = told.err
end
return wrong`)
