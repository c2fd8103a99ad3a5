-- PATCH of `active` as Entra ID sends it: sixty-four people are deactivated, then the same are activated again, so that
-- every request changes something.
local rollcall = require("rollcall")

local BLOCK = 64
local BODY = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
  .. '"Operations":[{"op":"Replace","path":"active","value":"{active}"}]}'

local start
local sent = 0

init = rollcall.start

function request()
  start = start or math.random(0, rollcall.size() - 1)
  local block, step = math.floor(sent / (2 * BLOCK)), sent % (2 * BLOCK)
  sent = sent + 1
  local person = rollcall.nth(start + block * BLOCK + step % BLOCK)
  local body = rollcall.fill(BODY, { active = step < BLOCK and "False" or "True" })
  return rollcall.send("PATCH", rollcall.fill(rollcall.options.path, person), body)
end
