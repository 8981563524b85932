-- KEYS: a history. ARGV: the moments (scores) to remove. The newest moment stays, whoever asks. Answers how many went.
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
local gone = 0
for _, moment in ipairs(ARGV) do
  if newest and tonumber(moment) < tonumber(newest) then
    gone = gone + redis.call('ZREMRANGEBYSCORE', KEYS[1], moment, moment)
  end
end
return gone
