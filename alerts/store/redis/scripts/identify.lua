-- The gate before IDENTIFY. KEYS: the queue (shard → when it first asked), who asked last when, who went last.
-- ARGV: shard, every in ms, patience in ms, 1 to take the turn, a mark of this attempt.
-- Answers how many ms to wait, 0 when it is the shard's turn. The same attempt again is let through again.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stamp = string.format('%.0f', now)
local every, patience = tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('GET', KEYS[3]) == ARGV[5] then return 0 end
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - patience * 1000))
for _, shard in ipairs(gone) do
  redis.call('ZREM', KEYS[1], shard)
  redis.call('ZREM', KEYS[2], shard)
end
redis.call('ZADD', KEYS[1], 'NX', stamp, ARGV[1])
redis.call('ZADD', KEYS[2], stamp, ARGV[1])
local rank = redis.call('ZRANK', KEYS[1], ARGV[1])
local left = math.max(0, redis.call('PTTL', KEYS[3]))
if rank == 0 and left == 0 and ARGV[4] == '1' then
  redis.call('SET', KEYS[3], ARGV[5], 'PX', every)
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('PEXPIRE', KEYS[1], 2 * patience)
  redis.call('PEXPIRE', KEYS[2], 2 * patience)
end
return left + rank * every
