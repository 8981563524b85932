-- Put another text in place of the one that was read. KEYS: hash of sealed texts; ARGV: field, before, after.
-- The same again answers the same.
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there ~= ARGV[2] and there ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
