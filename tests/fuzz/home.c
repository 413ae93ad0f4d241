/* Opening a store costs more than a run does: each stays open, and is emptied and filled again with
 * the records that it had at first. */
#include "fuzz/home.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "lib/sample.h"
#include "node/step.h"
#include "store/txn.h"
#include "wire/digest.h"

enum { STARTS = 4 }; /* with and without catalogue, at both nodes */

static const struct store_options store_options = {.map_size_bytes = 16 << 20, .epoch = 7};

static struct home {
    char *folder, *data_path, *lock_path;
    struct store *store;
    struct buf records; /* table (1 byte), length of the key (2), key, length (4), record */
} homes[STARTS];

static struct home *home_of(uint8_t start)
{
    return &homes[start % STARTS];
}

/* Also called when the process dies: it only removes files. */
static void remove_folders(void)
{
    for (size_t i = 0; i < STARTS; i++) {
        if (homes[i].folder == NULL)
            continue;
        (void)unlink(homes[i].data_path); /* what is not there is fine */
        (void)unlink(homes[i].lock_path);
        (void)rmdir(homes[i].folder);
    }
}

static void make_folder(struct home *home)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    fuzz_at_end(remove_folders);
    home->folder = mem_printf("%s/tonghop-fuzz-XXXXXX", base);
    LAW(mkdtemp(home->folder) != NULL, "there is memory for a store");
    home->data_path = mem_printf("%s/data.mdb", home->folder);
    home->lock_path = mem_printf("%s/lock.mdb", home->folder);
}

static void open_store(struct home *home)
{
    enum err err = store_open(home->folder, &store_options, &home->store);
    LAW(err == ERR_OK, "a store opens");
}

struct store *home_reopen(uint8_t start)
{
    struct home *home = home_of(start);
    store_close(&home->store);
    open_store(home);
    return home->store;
}

struct node *home_start_node(uint8_t start, struct instant now, int64_t now_ms)
{
    bool is_district = (start & FRAMES_DISTRICT) != 0;
    const struct node_options options = {.unit = is_district ? 631 : 64,
                                         .has_parent = is_district,
                                         .parent_endpoint = is_district ? "tcp://up:7464" : "",
                                         .software = "fuzz",
                                         .seed = 1};
    struct node *node = NULL;
    LAW(node_new(home_of(start)->store, &options, now, now_ms, &node) == ERR_OK, "a node starts");
    return node;
}

/* ---- who is enrolled ---- */

struct peer_from home_peer(enum frame_type type)
{
    struct peer_from from = {.address = {.id = {2, (uint8_t)type}, .id_len = 2}};
    if (type == FRAME_LOCAL)
        from.address.is_local = true;
    else
        memset(from.key, 1 + (int)type, sizeof from.key);
    return from;
}

uint32_t home_unit_of(enum frame_type type, uint8_t start)
{
    bool is_district = (start & FRAMES_DISTRICT) != 0;
    switch (type) {
    case FRAME_NODE:
        return is_district ? 23857 : 631;
    case FRAME_REPORTER:
        return is_district ? 631 : 632;
    case FRAME_READER:
    case FRAME_ADMIN:
    case FRAME_REVOKED:
        return is_district ? 631 : 64;
    default:
        return 0;
    }
}

static void enrol_all(struct store_txn *txn, uint8_t start)
{
    static const Tonghop__Role roles[FRAME_PEER_COUNT] = {
        [FRAME_NODE] = TONGHOP__ROLE__ROLE_NODE,
        [FRAME_REPORTER] = TONGHOP__ROLE__ROLE_REPORTER,
        [FRAME_READER] = TONGHOP__ROLE__ROLE_READER,
        [FRAME_ADMIN] = TONGHOP__ROLE__ROLE_ADMIN,
        [FRAME_REVOKED] = TONGHOP__ROLE__ROLE_ADMIN,
    };
    for (enum frame_type type = 0; type < FRAME_PEER_COUNT; type++) {
        struct enrolled enrolled = {.unit = home_unit_of(type, start),
                                    .role = (uint8_t)roles[type],
                                    .is_revoked = type == FRAME_REVOKED,
                                    .changed = {HOME_NOW_US},
                                    .name = "fuzz"};
        memcpy(enrolled.key, home_peer(type).key, sizeof enrolled.key);
        if (enrolled.unit != 0)
            (void)store_put_enrolled(txn, &enrolled); /* errors are sticky */
    }
}

/* ---- making a store ---- */

static void publish(struct node *node, struct store_txn *txn)
{
    struct catalogue *catalogue = sample_catalogue();
    struct catalogue_meta meta = {.number = catalogue->number, .chunk_count = 1, .chunks_held = 1};
    struct buf bytes = {0};

    wire_pack_catalogue(catalogue, &bytes);
    meta.size_bytes = bytes.len;
    digest_of(span_of(&bytes), meta.hash);
    (void)store_put_chunk(txn, meta.number, 0, span_of(&bytes)); /* errors are sticky */
    (void)store_put_catalogue(txn, &meta);
    node_take_catalogue(node, txn, catalogue, meta.hash);
    buf_fini(&bytes);
}

static void settle(struct node *node)
{
    struct effects effects = {0};
    while (node->rebuild.is_active && node->catalogue != NULL) {
        struct event tick = {.type = EVENT_TICK, .now = {HOME_NOW_US}, .now_ms = HOME_NOW_MS};
        LAW(node_batch(node, &tick, 1, &effects) == ERR_OK, "an empty store is rebuilt");
        effects_clear(&effects);
    }
    effects_fini(&effects);
}

static void commit(struct store_txn *txn)
{
    bool is_unknown;
    LAW(store_commit(&txn, &is_unknown) == ERR_OK, "a small change is committed");
}

static void fill_store(struct home *home, uint8_t start)
{
    struct node *node = home_start_node(start, (struct instant){HOME_NOW_US}, HOME_NOW_MS);
    struct store_txn *txn = store_begin_write(home->store);
    enrol_all(txn, start);
    if ((start & FRAMES_NO_CATALOGUE) == 0)
        publish(node, txn);
    commit(txn);
    settle(node);
    node_free(&node);
}

static void keep_records(struct home *home)
{
    static const uint8_t lowest; /* no key is so short */
    struct store_txn *txn = store_begin_read(home->store);
    for (enum db_table table = 0; table < DB_PENDING; table++) {
        struct span key = {&lowest, sizeof lowest}, record;
        while (db_next(&txn->db, table, key, &key, &record) == ERR_OK) {
            buf_put_u8(&home->records, (uint8_t)table);
            buf_put_u16(&home->records, (uint16_t)key.len);
            buf_put(&home->records, key.data, key.len);
            buf_put_u32(&home->records, (uint32_t)record.len);
            buf_put(&home->records, record.data, record.len);
        }
    }
    LAW(store_error(txn) == ERR_OK, "the store reads");
    store_abort(&txn);
}

static void put_records_back(struct home *home)
{
    struct reader r = reader_of(span_of(&home->records));
    struct store_txn *txn = store_begin_write(home->store);
    for (enum db_table table = 0; table < DB_PENDING; table++)
        (void)db_clear(&txn->db, table); /* errors are sticky */
    while (reader_left(&r) > 0) {
        enum db_table table = (enum db_table)reader_u8(&r);
        struct span key = reader_bytes(&r, reader_u16(&r));
        struct span record = reader_bytes(&r, reader_u32(&r));
        (void)db_put(&txn->db, table, key, record);
    }
    commit(txn);
}

struct store *home_new(uint8_t start)
{
    struct home *home = home_of(start);
    if (home->store != NULL) {
        put_records_back(home);
    } else {
        make_folder(home);
        open_store(home);
        fill_store(home, start);
        keep_records(home);
    }
    return home->store;
}
