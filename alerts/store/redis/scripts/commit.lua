-- Snapshot, history and changes of one scan, all or nothing.
-- KEYS: snapshot, changes stream, then one history key per point, then one vendor key per row that is told of.
-- ARGV: commit id, fence, revision that was read, new revision, scanned at, number of listings, number of rows,
--       then (field, json) per listing, then (score, json) per point, then (when it began, 1 when it is over) per row,
--       then one json per change.
-- Answers 1, or 0 when a newer holder or revision was there first. Repeating the same commit answers 1 and keeps one.
local snap = KEYS[1]
local have = redis.call('HMGET', snap, 'commit', 'fence', 'rev', 'day', 'scans')
if have[1] == ARGV[1] then return 1 end
if tonumber(have[2] or 0) ~= tonumber(ARGV[2]) then return 0 end
if tonumber(have[3] or 0) ~= tonumber(ARGV[3]) then return 0 end

local at = 7
local keep = {}
for _ = 1, tonumber(ARGV[6]) do
  keep[ARGV[at + 1]] = true
  redis.call('HSET', snap, ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
for _, name in ipairs(redis.call('HKEYS', snap)) do
  if string.sub(name, 1, 2) == 'l:' and not keep[name] then redis.call('HDEL', snap, name) end
end
local points = #KEYS - tonumber(ARGV[7])
for i = 3, points do
  redis.call('ZADD', KEYS[i], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
for i = points + 1, #KEYS do
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
for i = at + 1, #ARGV do redis.call('XADD', KEYS[2], '*', 'v', '1', 'change', ARGV[i]) end
-- How often it was looked at today: the first ten letters of the time are its day.
local day, scans = string.sub(ARGV[5], 1, 10), 1
if have[4] == day then scans = tonumber(have[5]) + 1 end
redis.call('HSET', snap, 'v', '1', 'commit', ARGV[1], 'rev', ARGV[4], 'at', ARGV[5], 'day', day, 'scans', scans)
return 1
