-- KEYS: delivery, dead. ARGV: id, token of this call. The delivery stays buried, so that it is never queued again.
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'moved_by', ARGV[2]) end
  return 1
end
return redis.call('HGET', KEYS[1], 'moved_by') == ARGV[2] and 1 or 0
