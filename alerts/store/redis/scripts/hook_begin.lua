-- From the first webhook on, every change is kept until it was read for them, too.
-- KEYS: guilds with webhooks, changes stream. ARGV: guild, group. Safe to repeat.
redis.call('SADD', KEYS[1], ARGV[1])
local made = redis.pcall('XGROUP', 'CREATE', KEYS[2], ARGV[2], '$', 'MKSTREAM')
if type(made) == 'table' and made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
return 1
