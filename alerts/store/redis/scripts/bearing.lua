-- Which of some strings and hashes bear what is looked for.
-- KEYS: of one tag. ARGV: a pattern. Answers their names.
local found = {}
for _, name in ipairs(KEYS) do
  local kind, texts = redis.call('TYPE', name)['ok'], {}
  if kind == 'string' then texts = { redis.call('GET', name) } end
  if kind == 'hash' then texts = redis.call('HVALS', name) end
  for _, text in ipairs(texts) do
    if string.find(text, ARGV[1]) then
      found[#found + 1] = name
      break
    end
  end
end
return found
