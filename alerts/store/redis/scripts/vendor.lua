-- KEYS: vendor. ARGV: 1 when the look failed, else 0; now; why it failed. Notes the last look, and counts failed ones in
-- a row, over all its listings. Answers how many there are, when they began, and 1 when it was told. A good look ends
-- the row; one that was told of stays until its end is told, too (commit.lua).
local is_told = redis.call('HEXISTS', KEYS[1], 'told')
local since = redis.call('HGET', KEYS[1], 'since') or ARGV[2]
redis.call('HSET', KEYS[1], 'at', ARGV[2])
if ARGV[1] == '1' then
  redis.call('HSETNX', KEYS[1], 'since', ARGV[2])
  redis.call('HSET', KEYS[1], 'reason', ARGV[3])
  return {redis.call('HINCRBY', KEYS[1], 'failed', 1), since, is_told}
end
local failed = tonumber(redis.call('HGET', KEYS[1], 'failed') or 0)
if is_told == 0 then redis.call('HDEL', KEYS[1], 'failed', 'since', 'reason') end
return {failed, since, is_told}
