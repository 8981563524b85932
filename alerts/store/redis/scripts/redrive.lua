-- KEYS: delivery, queue, dead. ARGV: id, token of this call, json, seconds to remember it,
--       guild, target, event.
-- Queues what was given up once more. The same call again, after a lost answer, answers 1 again and queues nothing.
local found = redis.call('HMGET', KEYS[1], 'state', 'moved_by')
if found[2] == ARGV[2] then return 1 end
if found[1] ~= 'buried' or not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued', 'delivery', ARGV[3], 'tries', '0', 'note', '', 'moved_by', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[1], 'letter', 'part', 'until')
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1], 'guild', ARGV[5], 'target', ARGV[6], 'event', ARGV[7])
return 1
