/* What others would do with the same reports, in this process, without a network and without
 * checks: the limit that a design meets which commits in place.
 *
 *     bench_reference lmdb|sqlite CATALOGUE STATE GROUP FIRST-YEAR LAST-YEAR [REPORTS [by-id]]
 *
 * lmdb: each report is put under (period, unit) as it came, its figures are added to the totals of
 * district, province and nation, and each commit, of GROUP reports, puts the totals that changed.
 * sqlite: WAL, synchronous=FULL, one blob for each report, totals in memory alone. Units come
 * in an order that is none, or by id. Prints how long commits took (times.h). */
#include <assert.h>
#include <inttypes.h>
#include <lmdb.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bench/country.h"
#include "bench/times.h"
#include "core/mem.h"
#include "core/tree.h"
#include "wire/wire.h"

enum { DEPTH_MAX = 8, KEY_BYTES = 6, MAP_GIB = 32 };

/* The totals of a unit with children, all its figures in one piece of memory. */
struct total {
    uint32_t unit;
    bool is_changed;
    __int128 *figures;
};

struct reference {
    struct country country;
    const struct tree *tree;
    struct total *totals; /* by index in the tree */
    uint32_t *changed;    /* indexes, each once */
    size_t changed_count;
    size_t figure_count;
    /* lmdb */
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi reports, sums;
    /* sqlite */
    sqlite3 *sql;
    sqlite3_stmt *insert, *begin, *commit;
};

static _Noreturn void give_up(const char *what)
{
    (void)fprintf(stderr, "bench_reference: %s\n", what);
    exit(1);
}

static void put_key(uint16_t year, uint32_t unit, uint8_t *out)
{
    out[0] = (uint8_t)(year >> 8);
    out[1] = (uint8_t)year;
    for (int i = 0; i < 4; i++)
        out[2 + i] = (uint8_t)(unit >> (24 - 8 * i));
}

/* ---- roll-up ---- */

static void add_to_totals(struct reference *reference, uint32_t unit, const int64_t *figures)
{
    const struct tree *tree = reference->tree;
    uint32_t index = tree_find(tree, tree_parent(tree, unit));
    while (index != TREE_NONE) {
        struct total *total = &reference->totals[index];
        for (size_t i = 0; i < reference->figure_count; i++)
            total->figures[i] += figures[i];
        if (!total->is_changed)
            reference->changed[reference->changed_count++] = index;
        total->is_changed = true;
        uint32_t parent = tree_parent(tree, tree->nodes[index].unit);
        index = parent != 0 ? tree_find(tree, parent) : TREE_NONE;
    }
}

/* The column of values as a report has it: zigzag varints. */
static void pack_column(const struct country *country, uint32_t unit, struct buf *out)
{
    for (size_t i = 0; i < country->catalogue->indicator_count; i++) {
        int64_t figure = country_figure(unit, country->catalogue->indicators[i].number, 0);
        uint64_t value = (uint64_t)figure << 1 ^ (uint64_t)(figure >> 63);
        for (; value >= 0x80; value >>= 7)
            buf_put_u8(out, (uint8_t)(value | 0x80));
        buf_put_u8(out, (uint8_t)value);
    }
}

static void read_column(const uint8_t *column, size_t count, int64_t *figures)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            uint8_t byte = *column++;
            value |= (uint64_t)(byte & 0x7F) << shift;
            if (byte < 0x80)
                break;
        }
        figures[i] = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
    }
}

/* ---- lmdb ---- */

static void lmdb_begin(struct reference *reference)
{
    if (mdb_txn_begin(reference->env, NULL, 0, &reference->txn) != 0)
        give_up("LMDB: no transaction");
}

static void lmdb_open(struct reference *reference, const char *state)
{
    if (mdb_env_create(&reference->env) != 0 || mdb_env_set_maxdbs(reference->env, 2) != 0 ||
        mdb_env_set_mapsize(reference->env, (size_t)MAP_GIB << 30) != 0 ||
        mdb_env_open(reference->env, state, MDB_NOTLS, 0600) != 0)
        give_up("LMDB does not open");
    lmdb_begin(reference);
    if (mdb_dbi_open(reference->txn, "reports", MDB_CREATE, &reference->reports) != 0 ||
        mdb_dbi_open(reference->txn, "totals", MDB_CREATE, &reference->sums) != 0 ||
        mdb_txn_commit(reference->txn) != 0)
        give_up("LMDB: no tables");
}

static void lmdb_put(struct reference *reference, uint16_t year, uint32_t unit, struct span filing)
{
    uint8_t key[KEY_BYTES];
    put_key(year, unit, key);
    MDB_val at = {sizeof(key), key}, value = {filing.len, (void *)(uintptr_t)filing.data};
    if (mdb_put(reference->txn, reference->reports, &at, &value, 0) != 0)
        give_up("LMDB: a put failed");
}

static void lmdb_commit(struct reference *reference, uint16_t year)
{
    for (size_t i = 0; i < reference->changed_count; i++) {
        struct total *total = &reference->totals[reference->changed[i]];
        uint8_t key[KEY_BYTES];
        put_key(year, total->unit, key);
        MDB_val at = {sizeof(key), key};
        MDB_val value = {reference->figure_count * sizeof(*total->figures), total->figures};
        if (mdb_put(reference->txn, reference->sums, &at, &value, 0) != 0)
            give_up("LMDB: a put failed");
    }
    if (mdb_txn_commit(reference->txn) != 0)
        give_up("LMDB: a commit failed");
}

/* ---- sqlite ---- */

static void sqlite_open(struct reference *reference, const char *state)
{
    static const char *const set_up[] = {
        "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
        "CREATE TABLE report (year INTEGER, unit INTEGER, filing BLOB, PRIMARY KEY (year, unit)) "
        "WITHOUT ROWID"};
    char *path = mem_printf("%s/reports.sqlite", state);
    if (sqlite3_open(path, &reference->sql) != SQLITE_OK)
        give_up("SQLite does not open");
    free(path);
    for (size_t i = 0; i < sizeof(set_up) / sizeof(*set_up); i++)
        if (sqlite3_exec(reference->sql, set_up[i], NULL, NULL, NULL) != SQLITE_OK)
            give_up(sqlite3_errmsg(reference->sql));
    if (sqlite3_prepare_v2(reference->sql, "INSERT INTO report VALUES (?, ?, ?)", -1,
                           &reference->insert, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(reference->sql, "BEGIN IMMEDIATE", -1, &reference->begin, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(reference->sql, "COMMIT", -1, &reference->commit, NULL) != SQLITE_OK)
        give_up(sqlite3_errmsg(reference->sql));
}

static void sqlite_run(struct reference *reference, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE || sqlite3_reset(statement) != SQLITE_OK)
        give_up(sqlite3_errmsg(reference->sql));
}

static void sqlite_put(struct reference *reference, uint16_t year, uint32_t unit,
                       struct span filing)
{
    (void)sqlite3_bind_int(reference->insert, 1, year); /* a wrong one shows in the step */
    (void)sqlite3_bind_int64(reference->insert, 2, unit);
    (void)sqlite3_bind_blob(reference->insert, 3, filing.data, (int)filing.len, SQLITE_STATIC);
    sqlite_run(reference, reference->insert);
}

/* ---- the work ---- */

static void make_totals(struct reference *reference)
{
    const struct tree *tree = reference->tree;
    reference->figure_count = reference->country.catalogue->indicator_count;
    reference->totals = mem_calloc(tree->node_count, sizeof(*reference->totals));
    reference->changed = mem_calloc(tree->node_count, sizeof(*reference->changed));
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct total *total = &reference->totals[i];
        total->unit = tree->nodes[i].unit;
        if (tree->nodes[i].first_child != TREE_NONE)
            total->figures = mem_calloc(reference->figure_count, sizeof(*total->figures));
    }
}

/* One year: totals begin at nothing. */
static void file_year(struct reference *reference, uint16_t year, size_t reports, size_t group,
                      struct times *times)
{
    struct buf *filings = mem_calloc(group, sizeof(*filings));
    struct buf *columns = mem_calloc(group, sizeof(*columns));
    int64_t *figures = mem_calloc(reference->figure_count, sizeof(*figures));
    for (uint32_t i = 0; i < reference->tree->node_count; i++)
        if (reference->totals[i].figures != NULL)
            memset(reference->totals[i].figures, 0,
                   reference->figure_count * sizeof(*reference->totals[i].figures));
    for (size_t done = 0; done < reports;) {
        size_t count = reports - done < group ? reports - done : group;
        const uint32_t *units = &reference->country.leaves[done];
        for (size_t i = 0; i < count; i++) {
            buf_clear(&filings[i]);
            country_pack_filing(&reference->country, units[i], (struct period){year, PERIOD_Y}, 0,
                                &filings[i]);
            buf_clear(&columns[i]);
            pack_column(&reference->country, units[i], &columns[i]);
        }
        int64_t begin_ns = times_now_ns();
        if (reference->env != NULL)
            lmdb_begin(reference);
        else
            sqlite_run(reference, reference->begin);
        for (size_t i = 0; i < count; i++) {
            if (reference->env != NULL)
                lmdb_put(reference, year, units[i], span_of(&filings[i]));
            else
                sqlite_put(reference, year, units[i], span_of(&filings[i]));
            read_column(columns[i].data, reference->figure_count, figures);
            add_to_totals(reference, units[i], figures);
        }
        if (reference->env != NULL)
            lmdb_commit(reference, year);
        else
            sqlite_run(reference, reference->commit);
        for (size_t i = 0; i < reference->changed_count; i++)
            reference->totals[reference->changed[i]].is_changed = false;
        reference->changed_count = 0;
        times_add(times, times_now_ns() - begin_ns);
        done += count;
    }
    for (size_t i = 0; i < group; i++) {
        buf_fini(&filings[i]);
        buf_fini(&columns[i]);
    }
    free(filings);
    free(columns);
    free(figures);
}

/* So that the totals are right, or the comparison is worth nothing. */
static void check_totals(const struct reference *reference, size_t reports)
{
    uint32_t number = reference->country.catalogue->indicators[0].number;
    __int128 expected = 0;
    for (size_t i = 0; i < reports; i++)
        expected += country_figure(reference->country.leaves[i], number, 0);
    if (reference->totals[tree_find(reference->tree, 1)].figures[0] != expected)
        give_up("the nation's total is wrong");
}

int main(int argc, char **argv)
{
    struct reference reference = {0};
    struct times times = {0};
    if (argc < 7 || argc > 9) {
        (void)fprintf(stderr, "usage: bench_reference lmdb|sqlite CATALOGUE STATE GROUP FIRST-YEAR "
                              "LAST-YEAR [REPORTS [by-id]]\n");
        return 2;
    }
    size_t group = strtoul(argv[4], NULL, 10);
    uint16_t first = (uint16_t)strtoul(argv[5], NULL, 10);
    uint16_t last = (uint16_t)strtoul(argv[6], NULL, 10);
    country_open(argv[2], argc < 9, &reference.country);
    reference.tree = tree_new(reference.country.catalogue, (struct period){last, PERIOD_Y});
    size_t reports = argc >= 8 ? strtoul(argv[7], NULL, 10) : reference.country.leaf_count;
    if (reports > reference.country.leaf_count || group < 1)
        give_up("there are not so many leaves");
    make_totals(&reference);
    if (mkdir(argv[3], 0700) != 0)
        give_up("the state folder is there already, or cannot be made");
    if (strcmp(argv[1], "lmdb") == 0)
        lmdb_open(&reference, argv[3]);
    else
        sqlite_open(&reference, argv[3]);
    for (uint16_t year = first; year <= last; year++)
        file_year(&reference, year, reports, group, &times);
    check_totals(&reference, reports);
    times_print(&times, reports * (size_t)(last - first + 1), times.sum_ns);
    return 0;
}
