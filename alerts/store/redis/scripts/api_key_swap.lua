-- Put another body in place of the one that was read, and keep it so long (-1: for good). KEYS: record; ARGV: before,
-- after, milliseconds, mark of the pepper. The same again answers the same.
local there = redis.call('HGET', KEYS[1], 'body')
if there ~= ARGV[1] and there ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[2], 'pepper', ARGV[4])
if tonumber(ARGV[3]) < 0 then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
