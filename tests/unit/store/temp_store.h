/* A store in a folder of its own under $TMPDIR, and a log that tests can look into. */
#ifndef TESTS_UNIT_STORE_TEMP_STORE_H
#define TESTS_UNIT_STORE_TEMP_STORE_H

#include "lib/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "store/store.h"

enum { TEMP_PATH_SIZE = 512, TEMP_FILE_SIZE = 1024, TEMP_MAP_BYTES = 16 << 20 };

/* 2024-12-12T08:30:00+07:00. */
static const struct instant temp_now = {1733967000000000};

struct temp_store {
    char parent[TEMP_PATH_SIZE / 2];
    char folder[TEMP_PATH_SIZE];
    struct store_options options;
    struct store *store;
};

/* The last line that was logged, debugging and chatter left out. */
static char temp_last_line[2048];

static inline void temp_log(enum log_level level, const char *line)
{
    if (level <= LOG_LEVEL_NOTICE)
        (void)snprintf(temp_last_line, sizeof temp_last_line, "%s", line);
}

static inline void assert_logged(const char *words)
{
    if (strstr(temp_last_line, words) == NULL)
        fail_msg("the log says \"%s\", not \"%s\"", temp_last_line, words);
}

/* Only the folder's name: nothing is opened. */
static inline void temp_init(struct temp_store *temp)
{
    const char *root = getenv("TMPDIR");
    *temp = (struct temp_store){.options = {.map_size_bytes = TEMP_MAP_BYTES}};
    (void)snprintf(temp->parent, sizeof temp->parent, "%s/tonghop-store-XXXXXX",
                   root != NULL ? root : "/tmp");
    assert_non_null(mkdtemp(temp->parent));
    (void)snprintf(temp->folder, sizeof temp->folder, "%s/state", temp->parent);
    temp_last_line[0] = '\0';
    log_set_sink(temp_log);
}

/* The path of a file of the store, into TEMP_FILE_SIZE bytes. */
static inline void temp_path(const struct temp_store *temp, const char *name, char *ret_path)
{
    (void)snprintf(ret_path, TEMP_FILE_SIZE, "%s/%s", temp->folder, name);
}

static inline void temp_fini(struct temp_store *temp)
{
    store_close(&temp->store);
    DIR *folder = opendir(temp->folder);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char path[TEMP_FILE_SIZE];
        if (entry->d_name[0] == '.')
            continue;
        temp_path(temp, entry->d_name, path);
        assert_int_equal(unlink(path), 0);
    }
    if (folder != NULL)
        closedir(folder);
    (void)rmdir(temp->folder); /* not every test makes it */
    assert_int_equal(rmdir(temp->parent), 0);
    log_set_sink(NULL);
}

static inline enum err temp_open(struct temp_store *temp)
{
    return store_open(temp->folder, &temp->options, &temp->store);
}

static inline void temp_reopen(struct temp_store *temp)
{
    store_close(&temp->store);
    assert_int_equal(temp_open(temp), ERR_OK);
}

static inline void assert_commits(struct store_txn **txn)
{
    bool is_unknown = true;
    assert_int_equal(store_commit(txn, &is_unknown), ERR_OK);
    assert_false(is_unknown);
    assert_null(*txn);
}

/* Nothing waits beside its table any more: for who looks for it there. */
static inline void temp_settle(struct store *store)
{
    bool is_unknown;
    assert_int_equal(store_settle(store, &is_unknown), ERR_OK);
    assert_int_equal(store_pending_bytes(store), 0);
}

/* cmocka fixture: an open, empty store. */
static inline int temp_setup(void **state)
{
    struct temp_store *temp = calloc(1, sizeof *temp);
    assert_non_null(temp);
    temp_init(temp);
    *state = temp;
    return temp_open(temp) == ERR_OK ? 0 : -1;
}

static inline int temp_teardown(void **state)
{
    temp_fini(*state);
    free(*state);
    return 0;
}

#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, temp_setup, temp_teardown)

static inline struct span span_of_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

static inline void assert_span_is(struct span span, const char *text)
{
    assert_int_equal(span.len, strlen(text));
    assert_memory_equal(span.data, text, span.len);
}

/* One LMDB environment must not be open twice in a process: what stands for another process is
 * one. `work` returns its exit status, 0 for success. */
static inline int run_in_child(int (*work)(struct temp_store *), struct temp_store *temp)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(work(temp));
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

#endif
