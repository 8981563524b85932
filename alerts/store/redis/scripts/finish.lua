-- KEYS: seat number, queue, dead letters, then a key per delivery, then a key per text to keep.
-- ARGV: our number, group, now in ms, number of deliveries,
--       then (ticket, id, state, note, until, letter, part, is dead) per delivery, then (text, seconds to keep) per text.
-- What was sent was sent, whoever says so; the rest is for the holder of the seat to say. Safe to repeat.
local is_holder = redis.call('GET', KEYS[1]) == ARGV[1]
local count, at = tonumber(ARGV[4]), 4
for i = 4, count + 3 do
  local ticket, id, state, note = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local before = redis.call('HGET', KEYS[i], 'state')
  local may = before and before ~= 'sent' and (state == 'sent' or (is_holder and before ~= 'buried'))
  if may then redis.call('HSET', KEYS[i], 'state', state, 'note', note, 'until', ARGV[at + 5]) end
  if may and state == 'postponed' then redis.call('HSET', KEYS[i], 'letter', ARGV[at + 6], 'part', ARGV[at + 7]) end
  if may and state == 'sent' then redis.call('ZREM', KEYS[3], id) end
  if may and ARGV[at + 8] == '1' then redis.call('ZADD', KEYS[3], ARGV[3], id) end
  if state ~= 'postponed' and (may or not before or before == 'sent' or before == 'buried') then
    redis.call('XACK', KEYS[2], ARGV[2], ticket)
    redis.call('XDEL', KEYS[2], ticket)
  end
  at = at + 8
end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1001)
for i = count + 4, #KEYS do
  redis.call('SET', KEYS[i], ARGV[at + 1], 'EX', ARGV[at + 2])
  at = at + 2
end
return 1
