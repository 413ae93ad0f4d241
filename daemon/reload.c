/* A file with errors changes nothing: half of a change would be worse than none. */
#include "reload.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/log.h"

enum err reload_read(const char *path, bool is_vietnamese, struct conf *ret_conf)
{
    struct problems problems = {.is_vietnamese = is_vietnamese};
    enum err err = conf_read(path, &problems, ret_conf);
    for (size_t i = 0; i < problems.count; i++) {
        char *line = problem_format(&problems.items[i]);
        log_event(LOG_EVENT_CONFIGURATION_WRONG, NULL, "%s", line);
        free(line);
    }
    problems_fini(&problems);
    if (err == ERR_OK && ret_conf->is_client) {
        log_event(LOG_EVENT_CONFIGURATION_WRONG, NULL,
                  "%s: a [client] configuration is for 'tonghop', not for a daemon: give the "
                  "daemon one with [node]",
                  path);
        conf_fini(ret_conf);
        return ERR_USAGE;
    }
    return err;
}

bool reload_names_itself(const struct conf *conf, const uint8_t *own_key)
{
    if (conf->parent_endpoint == NULL || memcmp(conf->parent_key, own_key, KEY_SIZE) != 0)
        return false;
    log_event(LOG_EVENT_CONFIGURATION_WRONG, NULL,
              "%s.conf: key in [parent] is this node's own: put that of the node above there",
              conf->name);
    return true;
}

/* ---- what has changed ---- */

static bool text_differs(const char *a, const char *b)
{
    return (a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0);
}

/* The names of keys that are another's now and need a restart: ", unit, [listen]"; empty if there
 * are none. */
static void list_fixed(const struct conf *old, const struct conf *new, struct buf *out)
{
    const struct {
        const char *name;
        bool differs;
    } keys[] = {
        {"unit", old->unit != new->unit},
        {"state_dir", text_differs(old->state_dir, new->state_dir)},
        {"runtime_dir", text_differs(old->runtime_dir, new->runtime_dir)},
        {"key_file", text_differs(old->key_file, new->key_file)},
        {"map_size_mib", old->map_size_mib != new->map_size_mib},
        {"[listen]", text_differs(old->listen_endpoint, new->listen_endpoint)},
        {"[parent], which was added or removed",
         (old->parent_endpoint == NULL) != (new->parent_endpoint == NULL)},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].differs)
            buf_printf(out, "%s%s", out->len > 0 ? ", " : "", keys[i].name);
}

/* Before the other lines if more of them are to be seen, after them if fewer are. */
static void set_log_level(struct conf *conf, const struct conf *new, bool is_louder)
{
    if (is_louder != (new->log_level > conf->log_level))
        return;
    if (is_louder)
        log_set_level((enum log_level) new->log_level);
    if (conf->log_level != new->log_level)
        log_event(LOG_EVENT_RELOADED, NULL, "reload: log_level is %s now",
                  conf_log_level_name(new->log_level));
    log_set_level((enum log_level) new->log_level);
    conf->log_level = new->log_level;
}

static bool take_reserve(struct conf *conf, const struct conf *new)
{
    if (conf->reserve_mib == new->reserve_mib)
        return false;
    conf->reserve_mib = new->reserve_mib;
    log_event(LOG_EVENT_RELOADED, NULL, "reload: reserve_mib is %u now",
              (unsigned)conf->reserve_mib);
    return true;
}

static bool take_days(const char *name, uint32_t *days, uint32_t new_days)
{
    if (*days == new_days)
        return false;
    *days = new_days;
    log_event(LOG_EVENT_RELOADED, NULL, "reload: %s is %u now", name, (unsigned)new_days);
    return true;
}

static bool take_reminding(struct conf *conf, const struct conf *new)
{
    bool has_every =
        take_days("remind_every_days", &conf->remind_every_days, new->remind_every_days);
    return take_days("remind_before_days", &conf->remind_before_days, new->remind_before_days) ||
           has_every;
}

static bool take_parent(struct conf *conf, struct conf *new)
{
    if (conf->parent_endpoint == NULL || new->parent_endpoint == NULL ||
        (strcmp(conf->parent_endpoint, new->parent_endpoint) == 0 &&
         memcmp(conf->parent_key, new->parent_key, KEY_SIZE) == 0))
        return false;
    char key[KEY_TEXT_SIZE];
    free(conf->parent_endpoint);
    conf->parent_endpoint = new->parent_endpoint;
    new->parent_endpoint = NULL;
    memcpy(conf->parent_key, new->parent_key, KEY_SIZE);
    log_event(LOG_EVENT_RELOADED, LOG_FIELDS(.key = key, .peer = conf->parent_endpoint),
              "reload: the node above is %s now, with the key %s", conf->parent_endpoint,
              key_format(conf->parent_key, key));
    return true;
}

struct reload reload_conf(const char *path, const uint8_t *own_key, struct conf *conf)
{
    struct reload reload = {.outcome = RELOAD_NONE};
    struct conf new;
    struct buf fixed = {0};
    enum err err = reload_read(path, false, &new);
    if (err == ERR_OK && reload_names_itself(&new, own_key)) {
        conf_fini(&new);
        err = ERR_USAGE;
    }
    if (err != ERR_OK) {
        log_event(LOG_EVENT_RELOAD_REFUSED, NULL,
                  "reload: nothing was changed: correct %s and reload again", path);
        reload.outcome = RELOAD_REFUSED;
        return reload;
    }
    list_fixed(conf, &new, &fixed);
    bool has_level = conf->log_level != new.log_level;
    set_log_level(conf, &new, true);
    bool has_reserve = take_reserve(conf, &new);
    bool has_reminding = take_reminding(conf, &new);
    reload.is_parent_moved = take_parent(conf, &new);
    if (fixed.len > 0) {
        log_event(LOG_EVENT_RESTART_NEEDED, NULL,
                  "reload: needs a restart and was not changed: %.*s", (int)fixed.len,
                  (const char *)fixed.data);
        reload.outcome = RELOAD_PARTIAL;
    } else if (!has_level && !has_reserve && !has_reminding && !reload.is_parent_moved) {
        log_event(LOG_EVENT_RELOADED, NULL, "reload: nothing has changed");
    }
    set_log_level(conf, &new, false);
    buf_fini(&fixed);
    conf_fini(&new);
    return reload;
}
