-- KEYS: lock, snapshot. ARGV: owner, ttl in ms. Answers the fence, or 0 while somebody else holds the lock.
if redis.call('GET', KEYS[1]) == ARGV[1] then return tonumber(redis.call('HGET', KEYS[2], 'fence')) end
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
return redis.call('HINCRBY', KEYS[2], 'fence', 1)
