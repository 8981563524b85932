-- Changes that a group is done with; each is dropped when no other group is still to read it or is at it.
-- KEYS: changes stream. ARGV: group, then tickets. Safe to repeat.
local function is_after(a, b)
  local am, as = string.match(a, '(%d+)-(%d+)')
  local bm, bs = string.match(b, '(%d+)-(%d+)')
  if am ~= bm then return tonumber(am) > tonumber(bm) end
  return tonumber(as) > tonumber(bs)
end

local others = {}
for _, row in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local facts = {}
  for i = 1, #row, 2 do facts[row[i]] = row[i + 1] end
  if facts['name'] ~= ARGV[1] then others[#others + 1] = facts end
end
for i = 2, #ARGV do
  local ticket, is_wanted = ARGV[i], false
  redis.call('XACK', KEYS[1], ARGV[1], ticket)
  for _, group in ipairs(others) do
    if is_after(ticket, group['last-delivered-id']) then
      is_wanted = true
    elseif group['pending'] > 0 and #redis.call('XPENDING', KEYS[1], group['name'], ticket, ticket, 1) > 0 then
      is_wanted = true
    end
  end
  if not is_wanted then redis.call('XDEL', KEYS[1], ticket) end
end
return 1
