/* The public library: opening and closing, and the words of its errors. Reports are in
 * tonghop_file.c, figures in tonghop_totals.c, what became of reports in tonghop_reports.c,
 * and following what changes in tonghop_watch.c.
 *
 * What it exports is in libtonghop.map. */
#include "tonghop/client.h"

#include <stdlib.h>

#include "client/handle.h"
#include "core/mem.h"

/* ---- errors ---- */

/* The numbers of the public ones are for ever, those of our own are not. */
static const enum err errors[] = {
    [TONGHOP_OK] = ERR_OK,
    [TONGHOP_ERR_USAGE] = ERR_USAGE,
    [TONGHOP_ERR_SYNTAX] = ERR_SYNTAX,
    [TONGHOP_ERR_RANGE] = ERR_RANGE,
    [TONGHOP_ERR_INVALID] = ERR_INVALID,
    [TONGHOP_ERR_NOT_FOUND] = ERR_NOT_FOUND,
    [TONGHOP_ERR_EXISTS] = ERR_EXISTS,
    [TONGHOP_ERR_MALFORMED] = ERR_MALFORMED,
    [TONGHOP_ERR_TOO_LARGE] = ERR_TOO_LARGE,
    [TONGHOP_ERR_VERSION] = ERR_VERSION,
    [TONGHOP_ERR_FORBIDDEN] = ERR_FORBIDDEN,
    [TONGHOP_ERR_FOREIGN] = ERR_FOREIGN,
    [TONGHOP_ERR_NOT_HOME] = ERR_NOT_HOME,
    [TONGHOP_ERR_WARNINGS] = ERR_WARNINGS,
    [TONGHOP_ERR_STALE] = ERR_STALE,
    [TONGHOP_ERR_CONFLICT] = ERR_CONFLICT,
    [TONGHOP_ERR_CATALOGUE] = ERR_CATALOGUE,
    [TONGHOP_ERR_CLOSED] = ERR_CLOSED,
    [TONGHOP_ERR_NO_SESSION] = ERR_NO_SESSION,
    [TONGHOP_ERR_IO] = ERR_IO,
    [TONGHOP_ERR_FULL] = ERR_FULL,
    [TONGHOP_ERR_CORRUPT] = ERR_CORRUPT,
    [TONGHOP_ERR_BUSY] = ERR_BUSY,
    [TONGHOP_ERR_TIMEOUT] = ERR_TIMEOUT,
};

enum { ERROR_COUNT = sizeof(errors) / sizeof(errors[0]) };

enum tonghop_err handle_err(enum err err)
{
    for (unsigned i = 0; i < ERROR_COUNT; i++)
        if (errors[i] == err)
            return (enum tonghop_err)i;
    return TONGHOP_ERR_FORBIDDEN; /* a no like any other */
}

static enum err own_of(enum tonghop_err err)
{
    return (unsigned)err < ERROR_COUNT ? errors[err] : ERR_COUNT; /* whose words are "unknown" */
}

const char *tonghop_err_name(enum tonghop_err err)
{
    return err_name(own_of(err));
}

const char *tonghop_err_text(enum tonghop_err err)
{
    return err_text(own_of(err));
}

const char *tonghop_version(void)
{
    return TONGHOP_VERSION;
}

/* ---- opening and closing ---- */

static enum err connect_as_file_says(const struct tonghop_options *options, int64_t timeout_ms,
                                     struct tonghop *tonghop, char *reason)
{
    struct problems problems = {.is_vietnamese = tonghop->is_vietnamese};
    struct conf conf;
    enum err err = conf_read(options->conf_path, &problems, &conf);
    if (err != ERR_OK) {
        /* Whatever it is, it is not the node's: not found is a node that is not there. */
        err = handle_fail_problems(reason, ERR_USAGE, &problems);
        problems_fini(&problems);
        return err;
    }
    problems_fini(&problems);
    err = connection_open(&conf, tonghop->is_vietnamese, timeout_ms, &tonghop->connection, reason);
    conf_fini(&conf);
    return err;
}

static enum err connect_as_told(const struct tonghop_options *options, int64_t timeout_ms,
                                struct tonghop *tonghop, char *reason)
{
    struct connection_target target = {.address = options->endpoint, .unit = options->unit};
    static const char english[] = "%s has to be a key: 44 characters of base64",
                      vietnamese[] = "%s phải là một khóa: 44 ký tự base64";
    const char *format = HANDLE_WORDS(tonghop, english, vietnamese);
    if (key_parse(options->server_key, target.server_key) != ERR_OK)
        return handle_fail(reason, ERR_USAGE, format, "server_key");
    if (key_parse(options->secret_key, target.pair.secret_key) != ERR_OK)
        return handle_fail(reason, ERR_USAGE, format, "secret_key");
    key_public_of(target.pair.secret_key, target.pair.public_key);
    enum err err = connection_open_to(&target, tonghop->is_vietnamese, timeout_ms,
                                      &tonghop->connection, reason);
    key_wipe(&target.pair);
    return err;
}

enum tonghop_err tonghop_open(const struct tonghop_options *options, struct tonghop **ret_tonghop,
                              char *reason)
{
    struct tonghop_options own;
    enum err err = handle_take(options, "tonghop_options", sizeof(own), &own, reason);
    if (err == ERR_OK && own.reserved != 0)
        err = handle_fail(reason, ERR_VERSION,
                          "libtonghop %s has no use for `reserved`: leave it 0, or use a newer one",
                          TONGHOP_VERSION);
    if (err != ERR_OK)
        return handle_err(err);
    struct tonghop *tonghop = mem_calloc(1, sizeof(*tonghop));
    int64_t timeout_ms = own.timeout_ms != 0 ? own.timeout_ms : CONNECTION_TIMEOUT_MS;
    tonghop->is_vietnamese = own.language == TONGHOP_VIETNAMESE;
    tonghop->problems.is_vietnamese = tonghop->is_vietnamese;
    bool has_any = own.endpoint != NULL || own.server_key != NULL || own.secret_key != NULL;
    bool has_all = own.endpoint != NULL && own.server_key != NULL && own.secret_key != NULL;
    if (own.conf_path != NULL && !has_any)
        err = connect_as_file_says(&own, timeout_ms, tonghop, reason);
    else if (own.conf_path == NULL && has_all)
        err = connect_as_told(&own, timeout_ms, tonghop, reason);
    else
        err = handle_fail(reason, ERR_USAGE,
                          HANDLE_WORDS(tonghop,
                                       "either conf_path, or endpoint, server_key and secret_key",
                                       "hoặc conf_path, hoặc endpoint, server_key và secret_key"));
    if (err != ERR_OK)
        tonghop_close(tonghop);
    else
        *ret_tonghop = tonghop;
    return handle_err(err);
}

enum tonghop_err tonghop_keep_catalogue(struct tonghop *tonghop, const char *folder)
{
    if (folder != NULL && folder[0] != '/')
        return TONGHOP_ERR_USAGE;
    connection_keep_catalogues(tonghop->connection, folder);
    return TONGHOP_OK;
}

void tonghop_close(struct tonghop *tonghop)
{
    if (tonghop == NULL)
        return;
    connection_close(&tonghop->connection);
    catalogue_free(&tonghop->catalogue);
    problems_fini(&tonghop->problems);
    free(tonghop->public_problems);
    tonghop_totals_free(tonghop->total);
    free(tonghop);
}
