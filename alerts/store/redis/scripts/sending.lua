-- KEYS: delivery. ARGV: now. Counts the attempt before it is made, so one that kills its process is counted too.
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'sent' or state == 'buried' or not state then return 0 end
redis.call('HSET', KEYS[1], 'state', 'sending', 'sending_at', ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'tries', 1)
