-- KEYS: queue, delivery, then a key per piece of news that it tells along with its own.
-- ARGV: id, json, seconds to remember it, guild, target, event. Answers 1 when it is new.
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[2], 'v', '1', 'state', 'queued', 'delivery', ARGV[2], 'tries', '0')
redis.call('EXPIRE', KEYS[2], ARGV[3])
for i = 3, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'v', '1', 'state', 'sent', 'note', ARGV[1])
    redis.call('EXPIRE', KEYS[i], ARGV[3])
  end
end
redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'guild', ARGV[4], 'target', ARGV[5], 'event', ARGV[6])
return 1
