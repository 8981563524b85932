-- KEYS: lead, seat number. ARGV: owner, ttl in ms. Takes a free seat or keeps ours.
-- Answers the seat's number, which grows whenever it is taken anew, or 0 while somebody else sits there.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if not holder then redis.call('INCR', KEYS[2]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return tonumber(redis.call('GET', KEYS[2]) or 0)
