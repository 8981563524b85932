-- KEYS: the wanted tier's timetable, then the others. ARGV: sku, at in ms.
for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
return redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1])
