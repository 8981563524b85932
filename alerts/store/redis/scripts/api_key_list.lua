-- List an id, unless there are as many as there may be (-1: any number). KEYS: list; ARGV: id, order, most.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
local most = tonumber(ARGV[3])
if most >= 0 and redis.call('ZCARD', KEYS[1]) >= most then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return 1
