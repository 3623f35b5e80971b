/**
 * Servers, their inboxes and what they hold, in Redis.
 *
 * @module
 */

/**
 * Says that a server is there, and makes its inbox. It also sees whether Redis may have forgotten who holds what: it
 * leaves a mark, with the run of Redis, and where that is missing, or is of another run, everybody who holds a name says
 * so again, and nobody takes a free one for a quarter of ttl. Only where nobody else listens, and Redis has run for longer
 * than any claim lasts, it is a new one, and nobody has to wait.
 *
 * Keys: servers, inbox, mark. Arguments: server, ttl (ms), channel, run, and how long it has run (ms). Answers whether
 * the server was unknown, the servers that are there, the mark, and for how long no free name is taken (ms).
 */
export const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- What is no set of servers, or no inbox, a stranger has written. Nothing is deleted where there is nothing: a script
-- that has deleted may write, however little memory is left.
local function is(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
  return found == kind
end
is(KEYS[1], 'zset')
local added = redis.call('ZADD', KEYS[1], now, ARGV[1])
is(KEYS[2], 'stream')
-- Nothing comes behind the last id that there can be, which a stranger may have given.
local id = redis.pcall('XADD', KEYS[2], '*', 'f', '')
local function says(words) return type(id) == 'table' and string.find(id.err, words, 1, true) end
if says('exhausted the last') or says('equal or smaller') then
  redis.call('DEL', KEYS[2])
  id = redis.call('XADD', KEYS[2], '*', 'f', '')
end
if type(id) == 'table' then return id end
redis.call('XDEL', KEYS[2], id)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + ARGV[2], '+inf')
if added == 1 then redis.call('PUBLISH', ARGV[3], 'j ' .. ARGV[1]) end
local mark = redis.pcall('GET', KEYS[3])
local run, free = string.match(type(mark) == 'string' and mark or '', '^(%w+) (%d+)$')
free = tonumber(free)
if run ~= ARGV[4] or free > now + ARGV[2] then
  local others = redis.call('PUBLISH', ARGV[3], 'f') > 1
  local isNew = not run and not others and tonumber(ARGV[5]) > tonumber(ARGV[2])
  free = isNew and now or now + math.ceil(ARGV[2] / 4)
  mark = string.format('%s %.0f', ARGV[4], free)
  redis.call('SET', KEYS[3], mark)
end
redis.call('PEXPIRE', KEYS[3], 86400000)
return { added, redis.call('ZRANGE', KEYS[1], 0, 9999), mark, math.max(0, free - now) }
`;

/** Says that a server leaves. Keys and arguments as before. */
export const LEAVE = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
redis.call('PUBLISH', ARGV[3], 'l ' .. ARGV[1])
return 1
`;

/**
 * Takes a name where nobody has it. The fence is at least the time, so that it rises even where Redis has forgotten
 * all those before. It is not taken where Redis does not know a fence any more that somebody has had: then it has
 * forgotten who holds it as well.
 *
 * Where the server holds it by a fence that it has never heard of, this was asked before, on a connection whose answer
 * was lost, or is heard only now: then nothing changes.
 *
 * Keys: claim, fence. Arguments: server, ttl (ms), known fence, the highest fence that this server has ever had of any
 * name. Answers the holder, which is empty where it has forgotten that, and the fence.
 */
export const CLAIM = `
local function get(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and value or ''
end
local holder, fence = string.match(get(KEYS[1]), '^([a-z0-9]+) (%d+)$')
local function isFence() return tonumber(fence) < 9000000000000000 end
if holder and #holder == 16 and isFence() and (holder ~= ARGV[1] or tonumber(fence) > tonumber(ARGV[4])) then
  -- A stranger may have written one that never ends.
  if holder == ARGV[1] or redis.call('PTTL', KEYS[1]) == -1 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
  return { holder, fence }
end
local time = redis.call('TIME')
local before = tonumber(get(KEYS[2])) or 0
if not (before < 9000000000000000) then before = 0 end
if before < tonumber(ARGV[3]) then return { '', '0' } end
local next = string.format('%.0f', math.max(before + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. next, 'PX', ARGV[2])
redis.call('SET', KEYS[2], next, 'PX', 86400000)
return { ARGV[1], next }
`;

/**
 * Holds a name for longer; also where Redis has forgotten it, and nobody had it after. The fence stays known for as
 * long as that.
 *
 * Keys: claim, fence. Arguments: server, ttl (ms), fence. Answers whether it does.
 */
export const RENEW = `
local found, mine = redis.call('GET', KEYS[1]), ARGV[1] .. ' ' .. ARGV[3]
if found and found ~= mine then return 0 end
if found and redis.call('PEXPIRE', KEYS[2], 86400000) == 1 then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
local last = redis.pcall('GET', KEYS[2])
if (tonumber(type(last) == 'string' and last or 0) or 0) > tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', 86400000)
return 1
`;

/**
 * Gives a name back. A renewal that is heard only after that renews nothing: the fence is another one.
 *
 * Keys: claim, fence. Arguments: server, fence, channel, name.
 */
export const RELEASE = `
local found, fence = redis.call('GET', KEYS[1]), tonumber(ARGV[2])
if found and found ~= ARGV[1] .. ' ' .. ARGV[2] then return 0 end
-- Not where there is nothing: a script that has deleted may write, however little memory is left.
if found then redis.call('DEL', KEYS[1]) end
local last = redis.pcall('GET', KEYS[2])
if (tonumber(type(last) == 'string' and last or 0) or 0) <= fence then
  redis.call('SET', KEYS[2], string.format('%.0f', fence + 1), 'PX', 86400000)
end
if not found then return 0 end
redis.call('PUBLISH', ARGV[3], 'r ' .. ARGV[4])
return 1
`;
