-- Forget a record, if it is this guild's. KEYS: record; ARGV: guild.
if redis.call('HGET', KEYS[1], 'guild') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
