"""What `redis_registry` has Redis do, each in one script, so that nobody sees half of it.

Keys, behind the prefix: `rooms` (sorted set: when each room ends), and for every room `<id>` (hash: the record, who may
control, how often people changed), `<id>:lease` (the process that conducts), `<id>:viewers` (sorted set:
"process/viewer" by arrival, Unix seconds), `<id>:processes` (sorted set: until when each is taken to be alive). Times
are Redis' own, in milliseconds where nothing else is said. All of a room expires with it.
"""

RECORD = (
    "replay", "fps", "generation", "status", "anchor_ms", "anchored_at", "speed", "begun", "epoch", "conductor"
)  # fmt: skip
"""The fields of a room's hash that are its record, in the order in which scripts give and take them."""

_SHARED = (
    """
local prefix = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function key(room, part) return prefix .. room .. (part or '') end
local function keep(room, lives_ms)
    redis.call('ZADD', key('rooms'), now + lives_ms, room)
    redis.call('PEXPIRE', key('rooms'), lives_ms)
    redis.call('PEXPIRE', key(room), lives_ms)
    redis.call('PEXPIRE', key(room, ':viewers'), lives_ms)
    redis.call('PEXPIRE', key(room, ':processes'), lives_ms)
end
local function forget(room)
    redis.call('ZREM', key('rooms'), room)
    redis.call('DEL', key(room), key(room, ':lease'), key(room, ':viewers'), key(room, ':processes'))
end
local function forget_ended()
    for _, room in ipairs(redis.call('ZRANGEBYSCORE', key('rooms'), '-inf', now)) do forget(room) end
end
local function record(room)
    return redis.call('HMGET', key(room), '"""
    + "', '".join(RECORD)
    + """')
end
local function people(room)
    local first = redis.call('ZRANGE', key(room, ':viewers'), 0, 0)[1] or ''
    local facts = redis.call('HMGET', key(room), 'version', 'control')
    return {tonumber(facts[1] or 0), redis.call('ZCARD', key(room, ':viewers')), first, facts[2] or 'host'}
end
local function remove_viewers(room, process, but)
    local removed = 0
    for _, member in ipairs(redis.call('ZRANGE', key(room, ':viewers'), 0, -1)) do
        if string.sub(member, 1, #process + 1) == process .. '/' and not but[member] then
            removed = removed + redis.call('ZREM', key(room, ':viewers'), member)
        end
    end
    return removed
end
local function changed(room) redis.call('HINCRBY', key(room), 'version', 1) end
local function write(room, from)
    local names = {'"""
    + "', '".join(RECORD)
    + """'}
    for at, name in ipairs(names) do redis.call('HSET', key(room), name, ARGV[from + at - 1]) end
end
"""
)

OPEN = (
    _SHARED
    + """
local room, lives_ms, limit = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
forget_ended()
if redis.call('EXISTS', key(room)) == 1 then return 1 end
local too_many = redis.call('ZCARD', key('rooms')) - limit + 1
for _, other in ipairs(redis.call('ZRANGE', key('rooms'), 0, -1)) do
    if too_many <= 0 then break end
    if redis.call('HGET', key(other), 'left') == '1' then
        forget(other)
        too_many = too_many - 1
    end
end
if too_many > 0 then return 0 end
write(room, 5)
redis.call('HSET', key(room), 'control', 'host', 'version', 0, 'left', 0)
keep(room, lives_ms)
return 1
"""
)
"""Arguments: prefix, room, ms it lives, limit, record. Of rooms that were left, those to end soonest give way.

Asked twice, because the first answer was lost, it does not count the room itself."""

READ = (
    _SHARED
    + """
forget_ended()
if redis.call('EXISTS', key(ARGV[2])) == 0 then return false end
return {record(ARGV[2]), people(ARGV[2])}
"""
)
"""Arguments: prefix, room."""

JOIN = (
    _SHARED
    + """
local room, lives_ms, process, alive_ms, viewer = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), ARGV[6]
forget_ended()
if redis.call('EXISTS', key(room)) == 0 then return false end
redis.call('ZADD', key(room, ':viewers'), time[1] + time[2] / 1000000, process .. '/' .. viewer)
redis.call('ZADD', key(room, ':processes'), now + alive_ms, process)
redis.call('HSET', key(room), 'left', 0)
changed(room)
keep(room, lives_ms)
return {record(room), people(room)}
"""
)
"""Arguments: prefix, room, ms it lives, process, ms that is alive, viewer."""

LEAVE = (
    _SHARED
    + """
local room, lives_ms, process, viewer = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
if redis.call('EXISTS', key(room)) == 0 then return false end
if redis.call('ZREM', key(room, ':viewers'), process .. '/' .. viewer) == 0 then return false end
if redis.call('ZCARD', key(room, ':viewers')) == 0 then redis.call('HSET', key(room), 'left', 1) end
changed(room)
keep(room, lives_ms)
return people(room)
"""
)
"""Arguments: prefix, room, ms it lives, process, viewer."""

SYNC = (
    _SHARED
    + """
local room, lives_ms, process, alive_ms = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
if redis.call('EXISTS', key(room)) == 0 then return 0 end
local is_here, changes = {}, 0
for at = 6, #ARGV, 2 do
    local member = process .. '/' .. ARGV[at]
    is_here[member] = true
    changes = changes + redis.call('ZADD', key(room, ':viewers'), 'NX', ARGV[at + 1], member)
end
changes = changes + remove_viewers(room, process, is_here)
redis.call('ZADD', key(room, ':processes'), now + alive_ms, process)
if changes > 0 then changed(room) end
keep(room, lives_ms)
return 1
"""
)
"""Arguments: prefix, room, ms it lives, process, ms that is alive, and of each of its viewers id and arrival."""

BEAT = (
    _SHARED
    + """
local process, lives_ms, alive_ms, lease_ms = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local function without_the_dead(room)
    local dead = redis.call('ZRANGEBYSCORE', key(room, ':processes'), '-inf', now)
    for _, gone in ipairs(dead) do
        redis.call('ZREM', key(room, ':processes'), gone)
        remove_viewers(room, gone, {})
    end
    if #dead > 0 then changed(room) end
end
local told = {}
for at = 6, #ARGV do
    local room = ARGV[at]
    if redis.call('EXISTS', key(room)) == 0 then
        told[#told + 1] = {'unknown'}
    else
        local is_registered = redis.call('ZSCORE', key(room, ':processes'), process) and 1 or 0
        if is_registered == 1 then redis.call('ZADD', key(room, ':processes'), now + alive_ms, process) end
        without_the_dead(room)
        keep(room, lives_ms)
        local role, taken = 'follows', false
        local holder = redis.call('GET', key(room, ':lease'))
        if holder == process then
            redis.call('PEXPIRE', key(room, ':lease'), lease_ms)
            role = 'conducts'
        elseif not holder then
            redis.call('SET', key(room, ':lease'), process, 'PX', lease_ms)
            redis.call('HINCRBY', key(room), 'epoch', 1)
            role, taken = 'conducts', record(room)
        end
        local facts = redis.call('HMGET', key(room), 'epoch', 'generation')
        local others = redis.call('ZCARD', key(room, ':processes')) - is_registered
        told[#told + 1] = {role, tonumber(facts[1]), people(room), is_registered, taken, tonumber(facts[2]), others}
    end
end
return told
"""
)
"""Arguments: prefix, process, ms a room lives, ms the process is alive, ms of a lease, rooms. One answer for each."""

SAVE = (
    _SHARED
    + """
local room, process, epoch = ARGV[2], ARGV[3], ARGV[4]
if redis.call('GET', key(room, ':lease')) ~= process then return 0 end
if redis.call('HGET', key(room), 'epoch') ~= epoch then return 0 end
write(room, 5)
return 1
"""
)
"""Arguments: prefix, room, process, epoch, record."""

CONTROL = (
    _SHARED
    + """
local room, viewer, control = ARGV[2], ARGV[3], ARGV[4]
if redis.call('EXISTS', key(room)) == 0 then return false end
local host = people(room)[3]
if string.sub(host, -#viewer - 1) ~= '/' .. viewer then return false end
redis.call('HSET', key(room), 'control', control)
changed(room)
return people(room)
"""
)
"""Arguments: prefix, room, viewer, control."""

RESTORE = (
    _SHARED
    + """
local room, lives_ms, control = ARGV[2], tonumber(ARGV[3]), ARGV[4]
if redis.call('EXISTS', key(room)) == 1 then return 0 end
write(room, 5)
redis.call('HSET', key(room), 'control', control, 'version', now, 'left', 0)
keep(room, lives_ms)
return 1
"""
)
"""Arguments: prefix, room, ms it lives, control, record. Versions go on above those that were forgotten."""

RELEASE = (
    _SHARED
    + """
if redis.call('GET', key(ARGV[2], ':lease')) == ARGV[3] then redis.call('DEL', key(ARGV[2], ':lease')) end
return 1
"""
)
"""Arguments: prefix, room, process."""

CLOSE = (
    _SHARED
    + """
forget(ARGV[2])
return 1
"""
)
"""Arguments: prefix, room."""
