-- Attempts, one after the other: count one in each sliding window of an attempt, or in none of them.
-- KEYS: the windows of all attempts. ARGV, for each attempt: a mark of it, how many of the windows are its, then limit
-- and period (microseconds) of each. Answers per window: allowed, remaining, reset and retry (microseconds).
-- The same attempt again counts once.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stamp, answer = string.format('%.0f', now), {}

local function attempt(mark, windows)
  local allowed, is_again = 1, redis.call('ZSCORE', windows[1].key, mark)
  for _, each in ipairs(windows) do
    redis.call('ZREMRANGEBYSCORE', each.key, '-inf', string.format('%.0f', now - each.period))
    each.count = redis.call('ZCARD', each.key)
    if each.count >= each.limit and not is_again then allowed = 0 end
  end
  for _, each in ipairs(windows) do
    local retry = 0
    if allowed == 1 and not is_again then
      redis.call('ZADD', each.key, stamp, mark)
      redis.call('PEXPIRE', each.key, math.ceil(each.period / 1000))
      each.count = each.count + 1
    elseif each.count >= each.limit and not is_again then
      local at = each.count - each.limit
      local oldest = redis.call('ZRANGE', each.key, at, at, 'WITHSCORES')
      retry = tonumber(oldest[2]) + each.period - now
    end
    local newest, reset = redis.call('ZRANGE', each.key, -1, -1, 'WITHSCORES'), 0
    if newest[2] then reset = tonumber(newest[2]) + each.period - now end
    local is_free = (allowed == 1 or each.count < each.limit) and 1 or 0
    answer[#answer + 1] = {is_free, math.max(0, each.limit - each.count), reset, retry}
  end
end

local at, key = 1, 0
while at < #ARGV do
  local mark, windows = ARGV[at], {}
  for i = 1, tonumber(ARGV[at + 1]) do
    key = key + 1
    windows[i] = {key = KEYS[key], limit = tonumber(ARGV[at + 2 * i]), period = tonumber(ARGV[at + 2 * i + 1])}
  end
  if windows[1] then attempt(mark, windows) end
  at = at + 2 + 2 * #windows
end
return answer
