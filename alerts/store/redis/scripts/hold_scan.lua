-- KEYS: lock, snapshot, then one vendor key for each that is asked about. ARGV: owner, ttl in ms.
-- Takes the lock. Answers the fence, or 0 while somebody else holds it; the snapshot; and 1 for each vendor of which it
-- was told that it is blind, else 0.
local fence = 0
if redis.call('GET', KEYS[1]) == ARGV[1] then
  fence = tonumber(redis.call('HGET', KEYS[2], 'fence'))
elseif redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  fence = redis.call('HINCRBY', KEYS[2], 'fence', 1)
end
local told = {}
for i = 3, #KEYS do told[i - 2] = redis.call('HEXISTS', KEYS[i], 'told') end
return {fence, redis.call('HGETALL', KEYS[2]), told}
