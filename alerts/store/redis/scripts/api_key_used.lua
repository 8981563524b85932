-- Note when a key was used; one that is gone does not come back. KEYS: record; ARGV: seconds.
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'used', ARGV[1]) end
return 1
