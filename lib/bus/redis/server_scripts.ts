/**
 * Servers, their inboxes and what they hold, in Redis.
 *
 * @module
 */

/**
 * Says that a server is there, and makes its inbox.
 *
 * Keys: servers, inbox. Arguments: server, ttl (ms), channel. Answers whether it was unknown, and the servers that are
 * there.
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
return { added, redis.call('ZRANGE', KEYS[1], 0, 9999) }
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
 * Keys: claim, fence. Arguments: server, ttl (ms), known fence. Answers the holder, which is empty where it has
 * forgotten that, and the fence.
 */
export const CLAIM = `
local function get(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and value or ''
end
local holder, fence = string.match(get(KEYS[1]), '^([a-z0-9]+) (%d+)$')
if holder and holder ~= ARGV[1] and #holder == 16 and #fence < 17 then
  -- A stranger may have written one that never ends.
  if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
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
 * Holds a name for longer; also where Redis has forgotten it, and nobody had it after.
 *
 * Keys: claim, fence. Arguments: server, ttl (ms), fence. Answers whether it does.
 */
export const RENEW = `
local found, mine = redis.call('GET', KEYS[1]), ARGV[1] .. ' ' .. ARGV[3]
if found == mine then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if found or (redis.call('GET', KEYS[2]) or ARGV[3]) ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', 86400000)
return 1
`;

/** Gives a name back. Keys: claim. Arguments: server, fence, channel, name. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] .. ' ' .. ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[3], 'r ' .. ARGV[4])
return 1
`;
