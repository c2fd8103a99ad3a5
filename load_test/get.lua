-- GET of `path`, in which `{column}` stands for that of a line by chance: reads, lists, the baselines.
local rollcall = require("rollcall")

-- They are made before the run, so that making them takes no time from what is measured.
local POOL = 10000

local requests = {}
local sent = 0

function init(arguments)
  rollcall.start(arguments)
  for index = 1, rollcall.size() > 1 and POOL or 1 do
    requests[index] = wrk.format("GET", rollcall.fill(rollcall.options.path, rollcall.pick()))
  end
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end
