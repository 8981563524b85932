-- KEYS: a mark of the batch, then a key per group of numbers.
-- ARGV: seconds that the mark is kept, the most fields of a hash, the field for what is one more; then for each key
--   'h', seconds to keep it, n, and n times: '+', '<' or '>', field, number;
--   'z', seconds, n, and n times: member, number; then the most members;
--   't', seconds, n: the n highest members stay, in as little memory as they need;
--   'p', seconds, n, and n members.
-- Adds all of it once.
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then return 0 end
local most, other = tonumber(ARGV[2]), ARGV[3]
local at = 4
local function hash(key, n)
  local size = redis.call('HLEN', key)
  for _ = 1, n do
    local op, field, number = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
    at = at + 3
    local before = tonumber(redis.call('HGET', key, field))
    if op == '+' and not before and size >= most - 1 then
      field = other
      before = tonumber(redis.call('HGET', key, field))
    end
    if before or size < most then
      if not before then size = size + 1 end
      if op == '+' then
        redis.call('HINCRBY', key, field, number)
      elseif not before or (op == '<' and number < before) or (op == '>' and number > before) then
        redis.call('HSET', key, field, number)
      end
    end
  end
end
for i = 2, #KEYS do
  local kind, seconds, n = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  at = at + 3
  if kind == 'h' then
    hash(KEYS[i], n)
  elseif kind == 'z' then
    for _ = 1, n do
      redis.call('ZINCRBY', KEYS[i], ARGV[at + 1], ARGV[at])
      at = at + 2
    end
    redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -tonumber(ARGV[at]) - 1)
    at = at + 1
  elseif kind == 't' then
    redis.call('ZRANGESTORE', KEYS[i], KEYS[i], 0, n - 1, 'REV')
  else
    for j = at, at + n - 1 do redis.call('PFADD', KEYS[i], ARGV[j]) end
    at = at + n
  end
  redis.call('EXPIRE', KEYS[i], seconds)
end
return 1
