-- KEYS: seat number, queue, then a key per delivery, then a key per needless one, then a key per text to keep.
-- ARGV: our number, now, group, number of deliveries, number of needless ones,
--       then (letter, part, json or nothing) per delivery, then (ticket, state, note) per needless one,
--       then (text, seconds to keep) per text.
-- Counts the attempts before they are made, so that one that kills its process is counted, too. Answers 1, or 0
-- when somebody else has taken the seat since.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local count, needless, at = tonumber(ARGV[4]), tonumber(ARGV[5]), 5
for i = 3, count + 2 do
  local state = redis.call('HGET', KEYS[i], 'state')
  if state and state ~= 'sent' and state ~= 'buried' then
    redis.call('HSET', KEYS[i], 'state', 'sending', 'letter', ARGV[at + 1], 'part', ARGV[at + 2])
    if ARGV[at + 3] ~= '' then redis.call('HSET', KEYS[i], 'delivery', ARGV[at + 3]) end
    redis.call('HSETNX', KEYS[i], 'tried_at', ARGV[2])
    redis.call('HINCRBY', KEYS[i], 'tries', 1)
  end
  at = at + 3
end
for i = count + 3, count + needless + 2 do
  local state = redis.call('HGET', KEYS[i], 'state')
  if state and state ~= 'sent' and state ~= 'buried' then
    redis.call('HSET', KEYS[i], 'state', ARGV[at + 2], 'note', ARGV[at + 3])
  end
  redis.call('XACK', KEYS[2], ARGV[3], ARGV[at + 1])
  redis.call('XDEL', KEYS[2], ARGV[at + 1])
  at = at + 3
end
for i = count + needless + 3, #KEYS do
  redis.call('SET', KEYS[i], ARGV[at + 1], 'EX', ARGV[at + 2])
  at = at + 2
end
return 1
