-- KEYS: hurried, then every tier's timetable. ARGV: sku, at in ms.
for i = 2, #KEYS do
  if redis.call('ZSCORE', KEYS[i], ARGV[1]) then return redis.call('ZADD', KEYS[1], 'LT', ARGV[2], ARGV[1]) end
end
return 0
