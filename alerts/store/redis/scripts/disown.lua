-- A member had themself forgotten: in a guild's audit trail an alias stands for their id from now on.
-- KEYS: the trail. ARGV: the member's id, the alias (both of letters and digits alone). Safe to repeat.
-- A stream's entries cannot be changed, so it is written anew under the same tickets.
local entries = redis.call('XRANGE', KEYS[1], '-', '+')
local left = redis.call('PTTL', KEYS[1])
local found = '%f[%d]' .. ARGV[1] .. '%f[%D]'
local touched = 0
for _, entry in ipairs(entries) do
  local fields, by, alias = entry[2], nil, nil
  for i = 1, #fields, 2 do
    if fields[i] == 'by' then by = i + 1 end
    if fields[i] == 'alias' then alias = i + 1 end
    if fields[i] == 'what' or fields[i] == 'about' or fields[i] == 'detail' then
      local text, times = string.gsub(fields[i + 1], found, ARGV[2])
      fields[i + 1] = text
      touched = touched + times
    end
  end
  if by and alias and fields[by] == ARGV[1] then
    fields[by], fields[alias] = '', ARGV[2]
    touched = touched + 1
  end
end
if touched == 0 then return 0 end
redis.call('DEL', KEYS[1])
for _, entry in ipairs(entries) do
  redis.call('XADD', KEYS[1], entry[1], unpack(entry[2]))
end
if left > 0 then redis.call('PEXPIRE', KEYS[1], left) end
return touched
