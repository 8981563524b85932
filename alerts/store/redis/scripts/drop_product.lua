-- A product that was added by its address is forgotten, unless somebody watches it or hears of it.
-- KEYS: products by mark, marks in order, its watchers, its subscribers, plan, floors, hurried, then due per tier,
--       then what goes whole: snapshot, lock, histories.
-- ARGV: mark, sku, number of tiers. Answers 1 when it is gone. Safe to repeat.
if redis.call('SCARD', KEYS[3]) > 0 or redis.call('SCARD', KEYS[4]) > 0 then return 0 end
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  -- Whoever has read the list so far counts its entries: none may go. The new one says to read it anew.
  local at = redis.call('LPOS', KEYS[2], ARGV[1], 'RANK', -1)
  if at then redis.call('LSET', KEYS[2], at, '') end
  redis.call('RPUSH', KEYS[2], '-')
end
redis.call('HDEL', KEYS[5], ARGV[2])
redis.call('HDEL', KEYS[6], ARGV[2])
local tiers = tonumber(ARGV[3])
for i = 7, 7 + tiers do redis.call('ZREM', KEYS[i], ARGV[2]) end
for i = 8 + tiers, #KEYS do redis.call('DEL', KEYS[i]) end
return 1
