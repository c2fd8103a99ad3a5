-- POST of the text `body` to `path`: tokens, introspection, decisions. `{column}` stands for that of a line by chance.
local rollcall = require("rollcall")

function init(arguments)
  rollcall.start(arguments)
  local options = rollcall.options
  request = rollcall.pool(function(line)
    local headers = { ["Content-Type"] = options.type, Authorization = wrk.headers["Authorization"] }
    if options.authorization then
      headers["Authorization"] = rollcall.fill(options.authorization, line)
    end
    local path, body = rollcall.fill(options.path, line), rollcall.fill(options.body, line)
    return wrk.format("POST", path, headers, body)
  end)
end
