-- Takes the places that a request needs in all of its buckets, or in none; and those of requests to come, if there are many.
-- KEYS: the buckets. ARGV: how many places to take, how many of them are the request's own (1 or 0), and how long the others
-- may be held (microseconds). Then, for each bucket: its interval, how long it takes to fill (microseconds), and 1 to take
-- places.
-- Answers how many were taken in each (all, the request's own, or 0), and what the debt of each bucket was.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local places, own, hold = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = {places}
for i, key in ipairs(KEYS) do
    local interval, full = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
    local arrival = tonumber(redis.call('GET', key) or now)
    local debt = math.min(math.max(arrival - now, 0), full)
    if debt + interval > full then
        answer[1] = 0
    elseif places > own and 2 * (math.max(debt, hold) + places * interval) > full then
        answer[1] = math.min(answer[1], own)
    end
    answer[i + 1] = debt
end
if answer[1] > 0 then
    for i, key in ipairs(KEYS) do
        if ARGV[3 * i + 3] == '1' then
            local debt = answer[i + 1]
            if answer[1] > own then
                debt = math.max(debt, hold)
            end
            debt = debt + answer[1] * tonumber(ARGV[3 * i + 1])
            -- Written out, since a number of this size loses its last digits otherwise.
            redis.call('SET', key, string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
        end
    end
end
return answer
