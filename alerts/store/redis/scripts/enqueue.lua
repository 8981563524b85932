-- KEYS: delivery, queue. ARGV: id, json, seconds to remember it, guild, target, event. Answers 1 when it is new.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'v', '1', 'state', 'queued', 'delivery', ARGV[2], 'tries', '0')
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1], 'guild', ARGV[4], 'target', ARGV[5], 'event', ARGV[6])
return 1
