-- KEYS: memories of a guild, its subscriptions. ARGV: subscription, text that was read ('' for none), new text.
-- Answers 1, or 0 when somebody else wrote in between. What belongs to a subscription that has ended is not kept.
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now == ARGV[3] then return 1 end
if now ~= ARGV[2] then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return 1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
