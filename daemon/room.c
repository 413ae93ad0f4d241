#include "room.h"

#include <inttypes.h>

#include "core/log.h"

enum { ROOM_LOOK_MS = 1000 };

static void tell_removed(struct room_watch *watch, struct store *store, const char *state_dir)
{
    bool was_removed = watch->is_removed;
    watch->is_removed = store_is_removed(store);
    if (watch->is_removed && !was_removed)
        log_event(LOG_EVENT_STORE_REMOVED, LOG_FIELDS(.error = ERR_IO),
                  "the data file was moved or removed from %s, and nothing is taken in: put it "
                  "back; or, when nothing is left to be sent, stop this and restore a backup; "
                  "without one see 'Replacing a burnt disk' in OPERATING.md",
                  state_dir);
}

void room_turn(struct room_watch *watch, struct store *store, const char *state_dir,
               bool has_events, int64_t now_ms)
{
    watch->is_due |= has_events;
    if (watch->looked_ms != 0 && now_ms - watch->looked_ms < ROOM_LOOK_MS)
        return;
    watch->looked_ms = now_ms;
    watch->is_due = false;
    tell_removed(watch, store, state_dir);
    bool has_room = store_has_room(store);
    bool is_low = !has_room || store_is_disk_full(store);
    if (is_low == watch->is_low)
        return;
    watch->is_low = is_low;
    struct store_room room;
    store_get_room(store, &room);
    if (is_low && has_room)
        log_event(LOG_EVENT_DISK_LOW, LOG_FIELDS(.error = ERR_FULL),
                  "the disk is full, and reserve_mib keeps nothing back: make room, or this ends "
                  "again and again");
    else if (is_low && room.free_bytes < room.reserve_bytes)
        log_event(LOG_EVENT_DISK_LOW, LOG_FIELDS(.error = ERR_FULL),
                  "%" PRIu64
                  " MiB are left on the disk: no reports are taken in until there is room",
                  room.free_bytes >> 20);
    else if (is_low)
        log_event(LOG_EVENT_DISK_LOW, LOG_FIELDS(.error = ERR_FULL),
                  "the store is nearly as large as it may get (%" PRIu64
                  " MiB): no reports are taken in until map_size_mib is raised and this restarted",
                  room.map_bytes >> 20);
    else
        log_event(LOG_EVENT_DISK_HAS_ROOM, NULL, "there is room again: reports are taken in");
}

int64_t room_due_ms(const struct room_watch *watch, int64_t timeout_ms)
{
    return watch->is_due && ROOM_LOOK_MS < timeout_ms ? ROOM_LOOK_MS : timeout_ms;
}
