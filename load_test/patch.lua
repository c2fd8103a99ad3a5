-- PATCH of one attribute of a person by chance: a displayName that nobody had before.
local rollcall = require("rollcall")

local BODY = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
  .. '"Operations":[{"op":"replace","path":"displayName","value":"{display} {token}"}]}'

init = rollcall.start

function request()
  local person = rollcall.pick()
  person.token = rollcall.token()
  return rollcall.send("PATCH", rollcall.fill(rollcall.options.path, person), rollcall.fill(BODY, person))
end
