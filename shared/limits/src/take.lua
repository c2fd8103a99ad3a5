-- Takes the places that a request needs in all of its buckets, or in none.
-- KEYS: the buckets. ARGV, for each of them: its interval, how long it takes to fill (microseconds), and 1 to take a place.
-- Answers 1 or 0, for taken or refused, and what the debt of each bucket was.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answer = {1}
for i, key in ipairs(KEYS) do
    local interval, full = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
    local arrival = tonumber(redis.call('GET', key) or now)
    local debt = math.min(math.max(arrival - now, 0), full)
    if debt + interval > full then
        answer[1] = 0
    end
    answer[i + 1] = debt
end
if answer[1] == 1 then
    for i, key in ipairs(KEYS) do
        if ARGV[3 * i] == '1' then
            local debt = answer[i + 1] + tonumber(ARGV[3 * i - 2])
            -- Written out, since a number of this size loses its last digits otherwise.
            redis.call('SET', key, string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
        end
    end
end
return answer
