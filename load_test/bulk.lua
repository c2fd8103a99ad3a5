-- POST of `operations` new people at once to `path`, made from the file `template`.
local rollcall = require("rollcall")
local template, operations

function init(arguments)
  rollcall.start(arguments)
  template = '{"method":"POST","path":"/Users","bulkId":"{token}","data":'
    .. rollcall.contents(rollcall.options.template)
    .. "}"
  operations = tonumber(rollcall.options.operations)
end

function request()
  local all = {}
  for index = 1, operations do
    all[index] = rollcall.fill(template, { token = rollcall.token() })
  end
  local body = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":['
    .. table.concat(all, ",")
    .. "]}"
  return rollcall.send("POST", rollcall.options.path, body)
end

local accepts = rollcall.accepts

-- Every operation has a status of its own.
function rollcall.accepts(status, body)
  local _, created = body:gsub('"status"%s*:%s*"201"', "")
  return accepts(status, body) and created == operations
end
