-- A process of some schema opens the store. KEYS: meta. ARGV: its schema, its number of partitions.
-- A newer store and one with other partitions stay as they are: they are refused. Safe to repeat.
local had = redis.call('HGET', KEYS[1], 'schema')
redis.call('HSETNX', KEYS[1], 'partitions', ARGV[2])
-- Until this, nothing was ever brought up from what it was made with.
redis.call('HSETNX', KEYS[1], 'migrated', had or ARGV[1])
if redis.call('HGET', KEYS[1], 'partitions') == ARGV[2] and tonumber(had or 0) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'schema', ARGV[1])
end
return redis.call('HMGET', KEYS[1], 'schema', 'partitions', 'migrated')
