-- Whoever sent to a webhook is done with it.
-- KEYS: when webhooks are looked at, who is busy until when, the webhook's queue.
-- ARGV: webhook, token, rests until (ms, 0 for not at all). Answers 0 when somebody else has it by now.
local busy = redis.call('HGET', KEYS[2], ARGV[1])
if not busy or string.match(busy, ' (.*)$') ~= ARGV[2] then return 0 end
local rests, first = tonumber(ARGV[3]), redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
if rests > 0 then redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ' -') else redis.call('HDEL', KEYS[2], ARGV[1]) end
if not first[1] then
  redis.call('ZREM', KEYS[1], ARGV[1])
elseif tonumber(first[2]) < rests then
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
else
  redis.call('ZADD', KEYS[1], first[2], ARGV[1])
end
return 1
