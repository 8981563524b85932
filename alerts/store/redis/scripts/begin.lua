-- KEYS: seat number, then a key per delivery, then a key per text to keep.
-- ARGV: our number, now, number of deliveries, then (letter, part) per delivery, then (text, seconds to keep) per text.
-- Counts the attempts before they are made, so that one that kills its process is counted, too. Answers 1, or 0
-- when somebody else has taken the seat since.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local count, at = tonumber(ARGV[3]), 3
for i = 2, count + 1 do
  local state = redis.call('HGET', KEYS[i], 'state')
  if state and state ~= 'sent' and state ~= 'buried' then
    redis.call('HSET', KEYS[i], 'state', 'sending', 'letter', ARGV[at + 1], 'part', ARGV[at + 2])
    redis.call('HSETNX', KEYS[i], 'tried_at', ARGV[2])
    redis.call('HINCRBY', KEYS[i], 'tries', 1)
  end
  at = at + 2
end
for i = count + 2, #KEYS do
  redis.call('SET', KEYS[i], ARGV[at + 1], 'EX', ARGV[at + 2])
  at = at + 2
end
return 1
