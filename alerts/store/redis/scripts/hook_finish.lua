-- KEYS: a webhook's queue, delivery, what was given up of it, its log.
-- ARGV: id, state, due (ms), json, line of the log ('' for none), now (ms), seconds to remember it, lines of the log,
--       the most that is kept of what was given up, seconds to remember the log. Safe to repeat.
local state = redis.call('HGET', KEYS[2], 'state')
if not state then return 0 end
if state == 'waiting' then
  redis.call('HSET', KEYS[2], 'state', ARGV[2], 'delivery', ARGV[4])
  redis.call('EXPIRE', KEYS[2], ARGV[7])
  if ARGV[2] == 'waiting' then
    redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
  else
    redis.call('ZREM', KEYS[1], ARGV[1])
    if ARGV[2] == 'done' then
      redis.call('HDEL', KEYS[2], 'delivery')
    else
      redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1])
      redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -tonumber(ARGV[9]) - 1)
      redis.call('EXPIRE', KEYS[3], ARGV[10])
    end
  end
end
if ARGV[5] ~= '' and redis.call('LINDEX', KEYS[4], 0) ~= ARGV[5] then
  redis.call('LPUSH', KEYS[4], ARGV[5])
  redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[8]) - 1)
  redis.call('EXPIRE', KEYS[4], ARGV[10])
end
return 1
