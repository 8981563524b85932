-- KEYS: vendor. ARGV: 1 when the look failed, else 0; now. Counts failed looks in a row, over all its listings.
-- Answers the count before, the count after, and when the row began.
local before = tonumber(redis.call('HGET', KEYS[1], 'failed') or 0)
local since = redis.call('HGET', KEYS[1], 'since') or ARGV[2]
if ARGV[1] == '0' then
  redis.call('DEL', KEYS[1])
  return {before, 0, since}
end
redis.call('HSETNX', KEYS[1], 'since', ARGV[2])
return {before, redis.call('HINCRBY', KEYS[1], 'failed', 1), since}
