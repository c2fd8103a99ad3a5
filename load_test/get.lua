-- GET of `path`, in which `{column}` stands for that of a line by chance: reads, lists, the baselines.
local rollcall = require("rollcall")

function init(arguments)
  rollcall.start(arguments)
  request = rollcall.pool(function(line)
    return wrk.format("GET", rollcall.fill(rollcall.options.path, line))
  end)
end
