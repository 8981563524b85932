-- KEYS: products by the mark of their address, the marks in the order they came. ARGV: mark, product. Answers what is kept.
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there then return there end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('RPUSH', KEYS[2], ARGV[1])
return ARGV[2]
