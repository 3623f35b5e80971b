/**
 * A topic in Redis: a hash (`log`: the id of its log; `n`: the number of its last message; `run`: the run of Redis that
 * has numbered it last; `from`, `base`: where the numbers have jumped last; `bytes`, `cut`: what has come since the
 * message `cut`) and a stream of shipments, each with the number of its last message as
 * its id.
 *
 * @module
 */

/**
 * Finds the log of a topic, or makes it. Another run of Redis may have forgotten the last messages, whose numbers
 * somebody knows: so its numbers begin behind all that it could have given.
 */
const OPEN = `
local JUMP = 4294967296
local function text(number) return string.format('%.0f', number) end
local function whole(value)
  local number = value and tonumber(value)
  return number and number >= 0 and number < 900000000000000 and number % 1 == 0 and number or nil
end
local function renew(meta, stream, run, fresh)
  -- Not where there is nothing: a script that has deleted may write, however little memory is left.
  if redis.call('EXISTS', meta, stream) > 0 then redis.call('DEL', meta, stream) end
  redis.call('HSET', meta, 'log', fresh, 'n', '0', 'run', run)
  return { log = fresh, n = 0, from = 0, base = 0, bytes = 0 }
end
local function jump(meta, topic, from, number)
  topic.from, topic.base = from, (math.floor(number / JUMP) + 1) * JUMP
  topic.n = topic.base
  redis.call('HSET', meta, 'n', text(topic.n), 'from', text(topic.from), 'base', text(topic.base))
end
local function open(meta, stream, run, fresh)
  local found = redis.pcall('HMGET', meta, 'log', 'n', 'run', 'from', 'base', 'bytes', 'cut')
  if found.err then return renew(meta, stream, run, fresh) end
  local log, n = found[1], whole(found[2])
  if not log or not n or not string.match(log, '^[a-z0-9]+$') or #log > 16 then
    return renew(meta, stream, run, fresh)
  end
  local topic = { log = log, n = n, from = whole(found[4]) or 0, base = whole(found[5]) or 0,
    bytes = whole(found[6]) or 0, cut = whole(found[7]) }
  if found[3] ~= run then
    redis.call('HSET', meta, 'run', run)
    if n > topic.base then jump(meta, topic, n, n) end
  end
  return topic
end
`;

/**
 * Takes a shipment of messages, unless it was taken before, and tells of it.
 *
 * Keys: topic, stream, what is known of the sender. Arguments: run, the id of a log that may begin, sender, number of
 * the shipment, messages, retention (ms), entries, bytes, channel, body. Answers log, first number, last number, and the
 * number of the last shipment that was taken.
 */
export const PUBLISH = `${OPEN}
local meta, stream, known = KEYS[1], KEYS[2], KEYS[3]
local run, fresh, sender, turn, count, retention, maxlen, maxbytes, channel, body = unpack(ARGV)
local taken = redis.pcall('GET', known)
if type(taken) == 'string' then
  local last, log, first, n = string.match(taken, '^(%d+) (%w+) (%d+) (%d+)$')
  if last and tonumber(last) >= tonumber(turn) then return { log, first, n, last } end
end
local topic = open(meta, stream, run, fresh)
local before, n = topic.n, topic.n + tonumber(count)
local function add()
  return redis.pcall('XADD', stream, 'MAXLEN', '~', maxlen, text(n) .. '-0',
    'f', sender, 'p', text(before), 'b', body)
end
local added = add()
local function spoilt(err)
  for _, words in ipairs({ 'equal or smaller', 'exhausted the last', 'WRONGTYPE' }) do
    if string.find(err, words, 1, true) then return true end
  end
  return false
end
if added.err and spoilt(added.err) then
  -- A stranger has written there: of what is there, nothing counts any more.
  topic = renew(meta, stream, run, fresh)
  before, n = 0, tonumber(count)
  added = add()
end
if added.err then return added end
local bytes, cut = topic.bytes + #body + 64, topic.cut or 1
if bytes * 2 > tonumber(maxbytes) then
  redis.call('XTRIM', stream, 'MINID', text(cut) .. '-0')
  bytes, cut = 0, n + 1
end
redis.call('HSET', meta, 'n', text(n), 'bytes', text(bytes), 'cut', text(cut))
redis.call('PEXPIRE', meta, retention)
redis.call('PEXPIRE', stream, retention)
local first = text(before + 1)
redis.call('SET', known, turn .. ' ' .. topic.log .. ' ' .. first .. ' ' .. text(n), 'PX', retention)
redis.call('PUBLISH', channel,
  'e ' .. topic.log .. ' ' .. text(before) .. ' ' .. text(n) .. ' ' .. sender .. '\\n' .. body)
return { topic.log, first, text(n), turn }
`;

/**
 * Brings what comes after a message. Where that message is one which Redis has forgotten, so may be others of which
 * nobody knows: another log begins.
 *
 * Keys: topic, stream. Arguments: run, the id of a log that may begin, retention (ms), channel, the log and the
 * number that are known, most entries. Answers log, last number, from, base, the entries, the oldest first, and whether
 * numbers go on.
 */
export const AFTER = `${OPEN}
local run, fresh, retention, channel, log, number, most = unpack(ARGV)
local topic, number = open(KEYS[1], KEYS[2], run, fresh), tonumber(number)
local function forgotten()
  if log ~= topic.log or number >= topic.base and number <= topic.n then return false end
  return number > topic.n or number > topic.from or
    math.floor(number / JUMP) < math.floor(topic.from / JUMP)
end
if forgotten() then
  -- Its numbers go on, which shows by how its id begins.
  topic.log = string.sub(topic.log, 1, 8) .. string.sub(fresh, 9)
  redis.call('HSET', KEYS[1], 'log', topic.log)
  -- Its number is not to be given again.
  if number > topic.n then jump(KEYS[1], topic, topic.n, number) end
  redis.call('PUBLISH', channel, 'l ' .. topic.log .. '\\n')
end
redis.call('PEXPIRE', KEYS[1], retention)
redis.call('PEXPIRE', KEYS[2], retention)
local goes_on = string.sub(log, 1, 8) == string.sub(topic.log, 1, 8)
local start = goes_on and '(' .. text(number) .. '-0' or '-'
local found = redis.pcall('XRANGE', KEYS[2], start, '+', 'COUNT', most)
return { topic.log, text(topic.n), text(topic.from), text(topic.base),
  found.err and {} or found, goes_on and 1 or 0 }
`;

/**
 * Brings the last entries, and where the topic is.
 *
 * Keys: topic, stream. Arguments: run, the id of a log that may begin, retention (ms), the log and the number after
 * which they come, most entries. Answers as before, the newest first.
 */
export const LAST = `${OPEN}
local run, fresh, retention, log, number, most = unpack(ARGV)
local topic = open(KEYS[1], KEYS[2], run, fresh)
redis.call('PEXPIRE', KEYS[1], retention)
redis.call('PEXPIRE', KEYS[2], retention)
local start = log == topic.log and '(' .. number .. '-0' or '-'
local found = most == '0' and {} or redis.pcall('XREVRANGE', KEYS[2], '+', start, 'COUNT', most)
return { topic.log, text(topic.n), text(topic.from), text(topic.base), found.err and {} or found }
`;
