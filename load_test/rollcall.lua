-- What the scripts share: their arguments, whom to ask about, what to count, and the line they end with.
-- README.md says which arguments there are.

local rollcall = { options = {} }

-- Of one thread, for `done` to read: how often each status was answered, how many answers were not what was
-- expected, and the first of those.
statuses, unexpected, sample = {}, 0, nil

-- How many requests are made before the run, so that making them takes no time from what is measured.
local POOL = 10000

local threads = {}
local names, lines = {}, {}
local first, last = 1, 0

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

local function words(line)
  local found = {}
  for word in line:gmatch("[^\t]+") do
    found[#found + 1] = word
  end
  return found
end

-- A table with a header line, its columns separated by tabs.
local function read(file)
  local next_line = io.lines(file)
  names = words(next_line())
  for line in next_line do
    lines[#lines + 1] = line
  end
end

-- Takes the arguments; every script's `init`.
function rollcall.start(arguments)
  local options = rollcall.options
  for _, argument in ipairs(arguments) do
    local name, value = argument:match("^(%l+)=(.*)$")
    if not name then
      error("`" .. argument .. "` is not name=value")
    end
    options[name] = value
  end
  math.randomseed((options.seed or os.time()) * 64 + number)
  if options.data then
    read(options.data)
    first, last = tonumber(options.first or 1), tonumber(options.last or #lines)
  end
  local token = os.getenv("TOKEN")
  if token then
    wrk.headers["Authorization"] = "Bearer " .. token
  end
  if options.known then
    wrk.headers["If-None-Match"] = options.known
  end
  -- Defined only where it is asked for: it makes wrk take every answer apart, which costs time.
  if options.check then
    response = rollcall.count
  end
end

-- One line of the data, by name of its columns.
function rollcall.line(index)
  local fields = {}
  for column, value in ipairs(words(lines[index])) do
    fields[names[column]] = value
  end
  return fields
end

-- How many lines there are to choose from.
function rollcall.size()
  return last - first + 1
end

-- The line that is `offset` lines after the first one, round and round.
function rollcall.nth(offset)
  return rollcall.line(first + offset % rollcall.size())
end

-- A line by chance.
function rollcall.pick()
  return lines[1] and rollcall.line(math.random(first, last)) or {}
end

-- What nothing else is called.
function rollcall.token()
  return string.format("%08x%08x", math.random(0, 0xffffffff), math.random(0, 0xffffffff))
end

-- Puts a line's fields where a template has their names in braces.
function rollcall.fill(template, fields)
  return (template:gsub("{(%a+)}", fields))
end

-- Requests that `make` makes of lines by chance, round and round; a single one without lines.
function rollcall.pool(make)
  local requests = {}
  for index = 1, rollcall.size() > 1 and POOL or 1 do
    requests[index] = make(rollcall.pick())
  end
  local sent = 0
  return function()
    sent = sent + 1
    return requests[(sent - 1) % #requests + 1]
  end
end

-- A request with a JSON body.
function rollcall.send(method, path, body)
  wrk.headers["Content-Type"] = "application/scim+json"
  return wrk.format(method, path, nil, body)
end

function rollcall.contents(file)
  local opened = assert(io.open(file))
  local text = opened:read("*a")
  opened:close()
  return text
end

-- Whether an answer is what it should be; a script may demand more.
function rollcall.accepts(status, body)
  local options = rollcall.options
  if not ("," .. (options.expect or 200) .. ","):find("," .. status .. ",", 1, true) then
    return false
  end
  if options.has and not body:find(options.has, 1, true) then
    return false
  end
  return not options.total or body:match('"totalResults"%s*:%s*(%d+)') == options.total
end

function rollcall.count(status, _, body)
  local name = tostring(status)
  statuses[name] = (statuses[name] or 0) + 1
  if not rollcall.accepts(status, body) then
    unexpected = unexpected + 1
    sample = sample or (name .. " " .. body:sub(1, 500))
  end
end

local function quoted(text)
  local escaped = text:gsub('[%c"\\]', function(character)
    return string.format("\\u%04x", character:byte())
  end)
  return '"' .. escaped .. '"'
end

-- The last line of the output is an object with the counts.
function done(summary, latency)
  local counts, total, example = {}, 0, nil
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do
      counts[status] = (counts[status] or 0) + count
    end
    total = total + thread:get("unexpected")
    example = example or thread:get("sample")
  end
  local pairs_of = {}
  for status, count in pairs(counts) do
    pairs_of[#pairs_of + 1] = string.format('"%s":%d', status, count)
  end
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"micros":%d,"bytes":%d,"p95":%d,"refused":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,'
      .. '"statuses":{%s},"unexpected":%d,"sample":%s}',
    summary.requests, summary.duration, summary.bytes, latency:percentile(95), errors.status, errors.connect, errors.read, errors.write,
    errors.timeout, table.concat(pairs_of, ","), total, example and quoted(example) or "null"
  ))
end

return rollcall
