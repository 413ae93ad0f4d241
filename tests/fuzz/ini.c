/* INI files: entries, a catalogue's catalogue.ini, and the configuration of a node or client.
 *
 * Laws: what is wrong is said, with a place in the file; entries that are read are the same entries
 * when they are written and read again, and each is found by its names; a configuration that is
 * taken is complete, and is the same when it is written and read again. */
#include "text/ini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/catalogue_dir_parts.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "fuzz/fuzz.h"
#include "text/conf.h"

static void check_places(const struct problems *problems, struct span text)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n' || text.data[i] == '\r';
    for (size_t i = 0; i < problems->count; i++)
        LAW(problems->items[i].place.line <= lines, "a place lies in the file");
}

/* ---- entries ---- */

static bool entries_equal(const struct ini_table *a, const struct ini_table *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct ini_entry *x = &a->entries[i], *y = &b->entries[i];
        if (strcmp(x->section, y->section) != 0 || strcmp(x->title, y->title) != 0 ||
            strcmp(x->name, y->name) != 0 || strcmp(x->value, y->value) != 0)
            return false;
    }
    return true;
}

static bool is_empty_section(const struct ini_entry *entry)
{
    return entry->name[0] == '\0';
}

static void put_entries(const struct ini_table *table, struct buf *out)
{
    /* A byte order mark may be part of a name, but not at the begin of a file. */
    buf_printf(out, ";\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct ini_entry *entry = &table->entries[i];
        if (entry->section[0] != '\0')
            buf_printf(out, "[%s%s%s]\n", entry->section, entry->title[0] != '\0' ? " " : "",
                       entry->title);
        if (!is_empty_section(entry))
            buf_printf(out, "%s = %s\n", entry->name, entry->value);
    }
}

static void check_entries(struct ini_table *table)
{
    struct problems problems = {0};
    struct ini_table again = {0};
    struct buf text = {0};

    for (size_t i = 0; i < table->count; i++) {
        const struct ini_entry *entry = &table->entries[i];
        LAW(entry->place.line > 0 && entry->place.column > 0 &&
                entry->value_place.line == entry->place.line,
            "an entry stands somewhere");
        if (is_empty_section(entry))
            continue;
        LAW(entry->value_place.column > entry->place.column, "a value stands behind its name");
        LAW(utf8_is_valid(entry->value, strlen(entry->value)), "a value is UTF-8");
        LAW(ini_take(table, entry->section, entry->title, entry->name) == entry,
            "an entry is found by its names");
    }
    ini_report_unknown(table, conf_key, &problems);
    LAW(problems.count == 0, "what was taken is not unknown");
    put_entries(table, &text);
    LAW(ini_read_bytes("again.ini", span_of(&text), &problems, &again) == ERR_OK &&
            entries_equal(table, &again),
        "entries that are written read as themselves");
    ini_fini(&again);
    problems_fini(&problems);
    buf_fini(&text);
}

/* ---- catalogue.ini ---- */

static void check_catalogue_ini(struct span text)
{
    struct problems problems = {0}, found = {0};
    struct ini_table table = {0};
    struct catalogue *catalogue = catalogue_new();

    if (ini_read_bytes("catalogue.ini", text, &problems, &table) == ERR_OK) {
        catalogue_dir_add_ini(&table, catalogue, &problems);
        /* Without units there is no catalogue. */
        LAW(catalogue_finish(catalogue, NULL, &found) == ERR_INVALID, "a catalogue has a unit");
        fuzz_check_problems(&found, true);
    }
    check_places(&problems, text);
    fuzz_check_problems(&problems, problems.error_count > 0);
    ini_fini(&table);
    catalogue_free(&catalogue);
}

/* ---- configuration ---- */

/* Configuration is read by path: from a file that is nowhere but in memory. */
static enum err read_conf(struct span text, struct conf *ret_conf, struct problems *problems)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    LAW(file >= 0 && write(file, text.data, text.len) == (ssize_t)text.len, "memory has room");
    char *path = mem_printf("/proc/self/fd/%d", file);
    enum err err = conf_read(path, problems, ret_conf);
    free(path);
    (void)close(file); /* memory */
    return err;
}

static void put_path(const char *name, const char *value, struct buf *out)
{
    if (value != NULL)
        buf_printf(out, "%s = %s\n", name, value);
}

static void put_conf(const struct conf *conf, struct buf *out)
{
    char key[KEY_TEXT_SIZE];
    key_format(conf->parent_key, key);
    if (conf->is_client) {
        buf_printf(out, "[client]\nendpoint = %s\nkey = %s\n", conf->parent_endpoint, key);
        put_path("key_file", conf->key_file, out);
        if (conf->unit > 0)
            buf_printf(out, "unit = %u\n", conf->unit);
        return;
    }
    buf_printf(out,
               "[node]\nunit = %u\nlog_level = %d\nmap_size_mib = %u\nreserve_mib = %u\n"
               "remind_every_days = %u\nremind_before_days = %u\n",
               conf->unit, conf->log_level, conf->map_size_mib, conf->reserve_mib,
               conf->remind_every_days, conf->remind_before_days);
    put_path("state_dir", conf->state_dir, out);
    put_path("runtime_dir", conf->runtime_dir, out);
    put_path("key_file", conf->key_file, out);
    if (conf->listen_endpoint != NULL)
        buf_printf(out, "[listen]\nendpoint = %s\n", conf->listen_endpoint);
    if (conf->parent_endpoint != NULL)
        buf_printf(out, "[parent]\nendpoint = %s\nkey = %s\n", conf->parent_endpoint, key);
}

static bool texts_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool confs_equal(const struct conf *a, const struct conf *b)
{
    return a->is_client == b->is_client && a->unit == b->unit &&
           texts_equal(a->state_dir, b->state_dir) && texts_equal(a->runtime_dir, b->runtime_dir) &&
           texts_equal(a->key_file, b->key_file) && a->log_level == b->log_level &&
           a->map_size_mib == b->map_size_mib && a->reserve_mib == b->reserve_mib &&
           a->remind_every_days == b->remind_every_days &&
           a->remind_before_days == b->remind_before_days &&
           texts_equal(a->listen_endpoint, b->listen_endpoint) &&
           texts_equal(a->parent_endpoint, b->parent_endpoint) &&
           memcmp(a->parent_key, b->parent_key, KEY_SIZE) == 0;
}

static void check_conf(struct span text)
{
    struct problems problems = {0};
    struct conf conf, again;
    struct buf written = {0};
    enum err err = read_conf(text, &conf, &problems);

    check_places(&problems, text);
    fuzz_check_problems(&problems, err != ERR_OK);
    if (err != ERR_OK)
        return;
    LAW(conf.name != NULL && conf.key_file[0] == '/', "a configuration is complete");
    LAW(conf.is_client ? conf.parent_endpoint != NULL
                       : conf.unit > 0 && conf.state_dir[0] == '/' && conf.runtime_dir[0] == '/',
        "a node or a client is complete");
    put_conf(&conf, &written);
    LAW(read_conf(span_of(&written), &again, &problems) == ERR_OK && confs_equal(&conf, &again),
        "a configuration that is written reads as itself");
    conf_fini(&conf);
    conf_fini(&again);
    problems_fini(&problems);
    buf_fini(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {data, size};
    struct problems problems = {0};
    struct ini_table table = {0};

    fuzz_be_quiet();
    enum err err = ini_read_bytes("fuzz.ini", text, &problems, &table);
    check_places(&problems, text);
    fuzz_check_problems(&problems, err != ERR_OK);
    if (err == ERR_OK)
        check_entries(&table);
    ini_fini(&table);
    check_catalogue_ini(text);
    check_conf(text);
    return 0;
}
