-- KEYS: when webhooks are looked at, a webhook's queue, delivery, what was given up of it.
-- ARGV: webhook, id, due (ms), json, seconds to remember it. Answers 1 when it is queued again.
if redis.call('ZREM', KEYS[4], ARGV[2]) == 0 or redis.call('EXISTS', KEYS[3]) == 0 then return 0 end
redis.call('HSET', KEYS[3], 'state', 'waiting', 'delivery', ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('ZADD', KEYS[1], 'LT', ARGV[3], ARGV[1])
return 1
