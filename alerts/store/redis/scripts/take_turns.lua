-- Count one in each sliding window, or in none of them. KEYS: the windows; ARGV: a mark of this attempt, then limit and
-- period (microseconds) of each. Answers per window: allowed, remaining, reset and retry (microseconds).
-- The same attempt again counts once.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stamp, found, allowed = string.format('%.0f', now), {}, 1
local is_again = redis.call('ZSCORE', KEYS[1], ARGV[1])
for i, key in ipairs(KEYS) do
  local limit, period = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - period))
  found[i] = {limit = limit, period = period, count = redis.call('ZCARD', key)}
  if found[i].count >= limit and not is_again then allowed = 0 end
end
local answer = {}
for i, key in ipairs(KEYS) do
  local each, retry = found[i], 0
  if allowed == 1 and not is_again then
    redis.call('ZADD', key, stamp, ARGV[1])
    redis.call('PEXPIRE', key, math.ceil(each.period / 1000))
    each.count = each.count + 1
  elseif each.count >= each.limit and not is_again then
    local oldest = redis.call('ZRANGE', key, each.count - each.limit, each.count - each.limit, 'WITHSCORES')
    retry = tonumber(oldest[2]) + each.period - now
  end
  local newest, reset = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES'), 0
  if newest[2] then reset = tonumber(newest[2]) + each.period - now end
  local is_free = (allowed == 1 or each.count < each.limit) and 1 or 0
  answer[i] = {is_free, math.max(0, each.limit - each.count), reset, retry}
end
return answer
