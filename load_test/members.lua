-- PATCH of the group at `path`: one member comes or one goes, in turn. The one who goes came sixteen requests before,
-- so that every request changes something and the group stays as large as it is.
local rollcall = require("rollcall")

-- People of this thread alone, and how many of them are members at a time.
local PEOPLE, WINDOW = 64, 8
local HEAD = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":['
local ADD = HEAD .. '{"op":"add","path":"members","value":[{"value":"{id}"}]}]}'
local REMOVE = HEAD .. '{"op":"remove","path":"members[value eq \\"{id}\\"]"}]}'

local sent = 0

init = rollcall.start

function request()
  local turn, comes = math.floor(sent / 2), sent % 2 == 0
  sent = sent + 1
  local person = rollcall.nth(number * PEOPLE + (turn + (comes and WINDOW or 0)) % PEOPLE)
  return rollcall.send("PATCH", rollcall.options.path, rollcall.fill(comes and ADD or REMOVE, person))
end
