-- KEYS: delivery, queue. ARGV: group, ticket, state, note (message id or reason). Ends a delivery for good.
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HGET', KEYS[1], 'state') ~= 'sent' then
  redis.call('HSET', KEYS[1], 'state', ARGV[3], 'note', ARGV[4])
end
redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
return redis.call('XDEL', KEYS[2], ARGV[2])
