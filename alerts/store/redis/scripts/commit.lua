-- Snapshot, history and changes of one scan, all or nothing.
-- KEYS: snapshot, changes stream, lock, then one history key per point, then one vendor key per row that is told of,
--       then one vendor key per good look.
-- ARGV: commit id, fence, revision that was read, new revision, scanned at, number of listings and of vouches, number of rows, number
--       of good looks, the lock's owner if it is to be given back, then (field, json) per listing and vouch, then (score, json)
--       per point, then (when it began, 1 when it is over) per row, then when per good look, then one json per change.
-- Answers 1, or 0 when a newer holder or revision was there first. Repeating the same commit answers 1 and keeps one.
local snap = KEYS[1]
local have = redis.call('HMGET', snap, 'commit', 'fence', 'rev', 'day', 'scans')
local function free()
  if ARGV[9] ~= '' and redis.call('GET', KEYS[3]) == ARGV[9] then redis.call('DEL', KEYS[3]) end
end
if have[1] == ARGV[1] then
  free()
  return 1
end
-- A look was good even if the scan comes too late. As in vendor.lua: a row that was told of stays.
local looks = tonumber(ARGV[8])
local rows = #KEYS - looks
local points = rows - tonumber(ARGV[7])
local at = 9 + 2 * (tonumber(ARGV[6]) + (points - 3) + (rows - points))
for i = 1, looks do
  local vendor = KEYS[rows + i]
  redis.call('HSET', vendor, 'at', ARGV[at + i])
  if redis.call('HEXISTS', vendor, 'told') == 0 then redis.call('HDEL', vendor, 'failed', 'since', 'reason') end
end
if tonumber(have[2] or 0) ~= tonumber(ARGV[2]) then return 0 end
if tonumber(have[3] or 0) ~= tonumber(ARGV[3]) then return 0 end

at = 9
local keep = {}
for _ = 1, tonumber(ARGV[6]) do
  keep[ARGV[at + 1]] = true
  redis.call('HSET', snap, ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
for _, name in ipairs(redis.call('HKEYS', snap)) do
  local kind = string.sub(name, 1, 2)
  if (kind == 'l:' or kind == 'p:') and not keep[name] then redis.call('HDEL', snap, name) end
end
for i = 4, points do
  redis.call('ZADD', KEYS[i], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
for i = points + 1, rows do
  -- Another row is left alone.
  if redis.call('HGET', KEYS[i], 'since') == ARGV[at + 1] then
    if ARGV[at + 2] == '1' then
      redis.call('HDEL', KEYS[i], 'failed', 'since', 'reason', 'told')
    else
      redis.call('HSET', KEYS[i], 'told', '1')
    end
  end
  at = at + 2
end
for i = at + looks + 1, #ARGV do redis.call('XADD', KEYS[2], '*', 'v', '1', 'change', ARGV[i]) end
-- How often it was looked at today: the first ten letters of the time are its day.
local day, scans = string.sub(ARGV[5], 1, 10), 1
if have[4] == day then scans = tonumber(have[5]) + 1 end
redis.call('HSET', snap, 'v', '1', 'commit', ARGV[1], 'rev', ARGV[4], 'at', ARGV[5], 'day', day, 'scans', scans)
free()
return 1
