-- A member had themself forgotten: what they made in a guild is made by nobody from now on.
-- KEYS: hashes of JSON (watches, subscriptions, webhooks). ARGV: the member's id. Safe to repeat.
-- The text is changed and not the JSON: numbers of Lua are too small for ids, and whatever else it holds stays.
local found, touched = '"added_by":' .. ARGV[1] .. '%f[%D]', 0
for _, name in ipairs(KEYS) do
  local rows = redis.call('HGETALL', name)
  for i = 1, #rows, 2 do
    local text, times = string.gsub(rows[i + 1], found, '"added_by":0')
    if times > 0 then
      redis.call('HSET', name, rows[i], text)
      touched = touched + 1
    end
  end
end
return touched
