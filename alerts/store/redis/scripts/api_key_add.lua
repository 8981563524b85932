-- Keep a record on trial. KEYS: record; ARGV: guild, body, milliseconds. The same again does no harm; another's id is taken.
local there = redis.call('HGET', KEYS[1], 'body')
if there and there ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'v', '1', 'guild', ARGV[1], 'body', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
