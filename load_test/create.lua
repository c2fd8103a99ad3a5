-- POST of a new person to `path`, made from the file `template`.
local rollcall = require("rollcall")
local template

function init(arguments)
  rollcall.start(arguments)
  template = rollcall.contents(rollcall.options.template)
end

function request()
  return rollcall.send("POST", rollcall.options.path, rollcall.fill(template, { token = rollcall.token() }))
end
