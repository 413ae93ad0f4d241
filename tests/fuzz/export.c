/* Exports: any bytes as the lines of one, which a node without data takes.
 *
 * Laws: what is refused says where and why; what is taken is written again to the byte, so that no
 * line passes that says anything but what its bytes say.
 *
 * The first byte of an input says whether the lines follow a sound head with the sample catalogue
 * (1), or are all there is (0). The last line, with its counts and digest, is always a sound one:
 * no mutation would ever make it. */
#include "export/import.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "fuzz/fuzz.h"
#include "lib/sample.h"
#include "wire/digest.h"
#include "wire/wire.h"

enum { UNIT = 64, QUARANTINE_LAST = 900 };

/* ---- the store, which is new for each input that was taken ---- */

static const struct store_options store_options = {.map_size_bytes = 16 << 20};
static char *folder, *data_path, *lock_path;
static struct store *store;

static void remove_folder(void)
{
    (void)unlink(data_path); /* what is not there is fine */
    (void)unlink(lock_path);
    (void)rmdir(folder);
}

static void open_store(void)
{
    if (folder == NULL) {
        const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        folder = mem_printf("%s/tonghop-fuzz-XXXXXX", base);
        LAW(mkdtemp(folder) != NULL, "there is memory for a store");
        data_path = mem_printf("%s/data.mdb", folder);
        lock_path = mem_printf("%s/lock.mdb", folder);
        fuzz_at_end(remove_folder);
    }
    if (store == NULL)
        LAW(store_open(folder, &store_options, &store) == ERR_OK, "a store opens");
}

static void drop_store(void)
{
    store_close(&store);
    (void)unlink(data_path);
    (void)unlink(lock_path);
}

/* ---- a sound head ---- */

/* Takes `line`. */
static void put(struct buf *out, json_t *line)
{
    LAW(line != NULL && line_write(line, out), "a line is written");
    json_decref(line);
}

/* The first line, and the sample catalogue in one piece. */
static struct span sound_head(void)
{
    static struct buf head;
    if (head.len > 0)
        return span_of(&head);
    struct catalogue *catalogue = sample_catalogue();
    struct buf bytes = {0};
    uint8_t hash[DIGEST_SIZE];
    const struct line_export first = {.unit = UNIT,
                                      .schema = STORE_SCHEMA,
                                      .software = "fuzz",
                                      .catalogue = 1,
                                      .chunk_count = 1,
                                      .quarantine_number = QUARANTINE_LAST,
                                      .format = LINE_FORMAT};
    wire_pack_catalogue(catalogue, &bytes);
    digest_of(span_of(&bytes), hash);
    const struct line_catalogue of = {catalogue, hash, bytes.len};
    put(&head, line_of_export(&first));
    put(&head, line_of_chunk(0, span_of(&bytes)));
    for (size_t row = 0; row < line_catalogue_rows(catalogue); row++)
        put(&head, line_of_catalogue_row(&of, row));
    buf_fini(&bytes);
    catalogue_free(&catalogue);
    return span_of(&head);
}

/* ---- taking it ---- */

static enum err take_lines(struct import *import, struct store_txn *txn, struct span bytes)
{
    enum err err = ERR_OK;
    while (bytes.len > 0 && err == ERR_OK) {
        const uint8_t *end = memchr(bytes.data, '\n', bytes.len);
        size_t len = end != NULL ? (size_t)(end - bytes.data) : bytes.len;
        err = import_take(import, txn, (struct span){bytes.data, len});
        size_t taken = end != NULL ? len + 1 : len;
        bytes = (struct span){bytes.data + taken, bytes.len - taken};
    }
    return err;
}

static void put_end(const struct import *import, struct buf *all)
{
    struct export_counts counts;
    import_get_counts(import, &counts);
    struct line_end end = {.key_count = counts.keys,
                           .report_count = counts.reports,
                           .revision_count = counts.revisions,
                           .quarantined_count = counts.quarantined};
    for (size_t i = 0; i < all->len; i++)
        end.line_count += all->data[i] == '\n';
    digest_of(span_of(all), end.digest);
    put(all, line_of_end(&end));
}

static void check_refusal(const struct import *import, enum err err)
{
    uint64_t line;
    const struct given_problem *problem = import_problem(import, &line);
    LAW(err == ERR_MALFORMED || err == ERR_VERSION || err == ERR_FOREIGN || err == ERR_FULL,
        "a refusal has one of four codes");
    LAW(err == ERR_FULL || (line > 0 && problem->text[0] != '\0'), "a refusal says where and why");
    LAW(utf8_is_text(problem->text, strlen(problem->text)), "a refusal reads as text");
}

/* The first line says who wrote it, which the next one to write is not. */
static void check_written(struct span all)
{
    struct given given;
    struct export_counts counts;
    const uint8_t *end = memchr(all.data, '\n', all.len);
    given_open((struct span){all.data, (size_t)(end - all.data)}, &given);
    bool is_same_form = given_number(&given, "schema", 1, UINT32_MAX) == STORE_SCHEMA &&
                        given_number(&given, "format", 1, UINT32_MAX) == LINE_FORMAT;
    int fd = memfd_create("export", MFD_CLOEXEC);
    LAW(fd >= 0, "there is memory for a file");
    LAW(export_write(store, given_text(&given, "software", LINE_SOFTWARE_SIZE), fd, "again",
                     &counts) == ERR_OK,
        "what was taken is written");
    struct buf again = {0};
    uint8_t block[4096];
    ssize_t got;
    LAW(lseek(fd, 0, SEEK_SET) == 0, "a file is read");
    while ((got = read(fd, block, sizeof block)) > 0)
        buf_put(&again, block, (size_t)got);
    LAW(!is_same_form || span_equal(span_of(&again), all),
        "what is taken is written again to the byte");
    buf_fini(&again);
    (void)close(fd);
    given_fini(&given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf all = {0};
    bool is_unknown;
    if (size == 0)
        return 0;
    fuzz_be_quiet();
    open_store();
    struct import *import = import_new(UNIT);
    if ((data[0] & 1) != 0) {
        struct span head = sound_head();
        buf_put(&all, head.data, head.len);
    }
    buf_put(&all, data + 1, size - 1);
    if (all.len > 0 && all.data[all.len - 1] != '\n')
        buf_put_u8(&all, '\n');
    struct store_txn *txn = store_begin_write(store);
    enum err err = take_lines(import, txn, span_of(&all));
    if (err == ERR_OK && all.len > 0) {
        size_t begin = all.len;
        put_end(import, &all);
        err = take_lines(import, txn, (struct span){all.data + begin, all.len - begin});
    }
    if (err == ERR_OK)
        err = import_finish(import);
    if (err != ERR_OK) {
        check_refusal(import, err);
    } else {
        LAW(store_commit(&txn, &is_unknown) == ERR_OK, "what was taken is kept");
        check_written(span_of(&all));
        drop_store();
    }
    store_abort(&txn);
    import_free(&import);
    buf_fini(&all);
    return 0;
}
