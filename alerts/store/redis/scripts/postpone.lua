-- KEYS: delivery, queue, later. ARGV: group, ticket, until in ms, id, reason.
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'sent' and state ~= 'buried' then
  redis.call('HSET', KEYS[1], 'state', 'postponed', 'note', ARGV[5])
  redis.call('ZADD', KEYS[3], ARGV[3], ARGV[4])
end
redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
return redis.call('XDEL', KEYS[2], ARGV[2])
