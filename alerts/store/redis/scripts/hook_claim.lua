-- Webhooks whose time has come and whom nobody is sending to.
-- KEYS: when they are looked at, who is busy until when. ARGV: now (ms), how many, busy until (ms), token.
local found = {}
local ripe = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, 500)
for _, name in ipairs(ripe) do
  if #found >= tonumber(ARGV[2]) then break end
  local busy = redis.call('HGET', KEYS[2], name)
  local till = busy and string.match(busy, '^%d+') or '0'
  if tonumber(till) > tonumber(ARGV[1]) then
    -- A message came while it is busy: it is looked at again when that is over.
    redis.call('ZADD', KEYS[1], till, name)
  else
    redis.call('HSET', KEYS[2], name, ARGV[3] .. ' ' .. ARGV[4])
    redis.call('ZADD', KEYS[1], ARGV[3], name)
    found[#found + 1] = name
  end
end
return found
