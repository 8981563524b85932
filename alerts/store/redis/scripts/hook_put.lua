-- KEYS: a guild's webhooks. ARGV: id, revision that was read (0 for a new one), new text, the most of them for a new one.
-- Each text begins with its revision. Answers 1, or 0 when there is another revision or no room.
local have = redis.call('HGET', KEYS[1], ARGV[1])
if have == ARGV[3] then return 1 end
local revision = have and string.match(have, '^%d+') or '0'
if revision ~= ARGV[2] then return 0 end
if not have and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
