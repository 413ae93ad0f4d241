#include "lib/cm.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "link/key.h"

enum { FILE_TEXT_MAX = 512 };

/* A folder of its own for each test. */
struct files {
    char folder[64];
    char secret[96];
    char public[96];
};

static int error_count;

static void count_errors(enum log_level level, const char *line)
{
    (void)line;
    error_count += level == LOG_LEVEL_ERROR;
}

static int setup(void **state)
{
    struct files *files = calloc(1, sizeof *files);
    strcpy(files->folder, "/tmp/test_key.XXXXXX");
    if (mkdtemp(files->folder) == NULL)
        return -1;
    snprintf(files->secret, sizeof files->secret, "%s/node.key", files->folder);
    snprintf(files->public, sizeof files->public, "%s/node.pub", files->folder);
    *state = files;
    error_count = 0;
    log_set_sink(count_errors);
    return unsetenv("CREDENTIALS_DIRECTORY");
}

static int teardown(void **state)
{
    struct files *files = *state;
    log_set_sink(NULL);
    unlink(files->secret);
    unlink(files->public);
    int rc = rmdir(files->folder);
    free(files);
    return rc;
}

static void write_file(const char *path, const void *bytes, size_t len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void assert_file(const char *path, const char *expected, mode_t mode)
{
    char text[FILE_TEXT_MAX] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static const char golden_secret_text[] = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
static const char golden_public_text[] = "B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw=";

/* The secret key 1, 2, ... 32, and its public key as OpenSSL computes it. */
static struct key_pair golden_pair(void)
{
    struct key_pair pair = {.public_key = {0x07, 0xA3, 0x7C, 0xBC, 0x14, 0x20, 0x93, 0xC8,
                                           0xB7, 0x55, 0xDC, 0x1B, 0x10, 0xE8, 0x6C, 0xB4,
                                           0x26, 0x37, 0x4A, 0xD1, 0x6A, 0xA8, 0x53, 0xED,
                                           0x0B, 0xDF, 0xC0, 0xB2, 0xB8, 0x6D, 0x1C, 0x7C}};
    for (uint8_t i = 0; i < KEY_SIZE; i++)
        pair.secret_key[i] = (uint8_t)(i + 1);
    return pair;
}

/* Text and bytes of a key are fixed for all time: people have enrolled them. */
static void test_golden(void **state)
{
    (void)state;
    struct key_pair pair = golden_pair();
    uint8_t public_key[KEY_SIZE], parsed[KEY_SIZE];
    char text[KEY_TEXT_SIZE];
    key_public_of(pair.secret_key, public_key);
    assert_memory_equal(public_key, pair.public_key, KEY_SIZE);
    assert_ptr_equal(key_format(pair.public_key, text), text);
    assert_string_equal(text, golden_public_text);
    assert_int_equal(key_parse(golden_public_text, parsed), ERR_OK);
    assert_memory_equal(parsed, pair.public_key, KEY_SIZE);
}

/* Exactly 32 bytes in canonical base64, with blanks around it, are a key. */
static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
        enum err err;
    } rows[] = {
        {"plain", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=", ERR_OK},
        {"blanks around", " \tAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\r\n", ERR_OK},
        {"empty", "", ERR_SYNTAX},
        {"blanks only", "  \n", ERR_SYNTAX},
        {"31 bytes", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==", ERR_SYNTAX},
        {"33 bytes", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh", ERR_SYNTAX},
        {"no padding", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA", ERR_SYNTAX},
        {"bits set after the end", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB=", ERR_SYNTAX},
        {"blank inside", "AQIDBAUGBwgJCgsM DQ4PEBESExQVFhcYGRobHB0eHyA=", ERR_SYNTAX},
        {"two lines", "AQIDBAUGBwgJCgsM\nDQ4PEBESExQVFhcYGRobHB0eHyA=", ERR_SYNTAX},
        {"not the alphabet", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH_A=", ERR_SYNTAX},
        {"beyond ASCII",
         "AQIDBAUGBwgJCgsM\xC8\xAE\xB1\xB7"
         "EBESExQVFhcYGRobHB0eHyA=",
         ERR_SYNTAX},
        {"something behind", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=x", ERR_SYNTAX},
        {"Z85, as libzmq writes keys", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", ERR_SYNTAX},
    };
    const struct key_pair pair = golden_pair();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t key[KEY_SIZE], untouched[KEY_SIZE];
        memset(key, 0xEE, sizeof key);
        memset(untouched, 0xEE, sizeof untouched);
        enum err err = key_parse(rows[i].text, key);
        const uint8_t *expected = rows[i].err == ERR_OK ? pair.secret_key : untouched;
        if (err != rows[i].err || memcmp(key, expected, KEY_SIZE) != 0)
            fail_msg("%s: %s", rows[i].name, err_name(err));
    }
}

/* Each generated pair is new and belongs together; wiping leaves no secret, but the public key. */
static void test_generate(void **state)
{
    (void)state;
    static const uint8_t zero[KEY_SIZE];
    struct key_pair a, b;
    uint8_t public_key[KEY_SIZE];
    key_generate(&a);
    key_generate(&b);
    assert_memory_not_equal(a.secret_key, b.secret_key, KEY_SIZE);
    key_public_of(a.secret_key, public_key);
    assert_memory_equal(a.public_key, public_key, KEY_SIZE);
    key_wipe(&a);
    assert_memory_equal(a.secret_key, zero, KEY_SIZE);
    assert_memory_equal(a.public_key, public_key, KEY_SIZE);
}

/* A saved pair is loaded again; the secret is for its owner alone, whatever the umask. */
static void test_save_and_load(void **state)
{
    struct files *files = *state;
    const struct key_pair pair = golden_pair();
    struct key_pair loaded;
    mode_t old_umask = umask(0777);
    enum err err = key_save(files->secret, files->public, &pair);
    umask(old_umask);
    assert_int_equal(err, ERR_OK);
    assert_file(files->secret, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n", 0600);
    assert_file(files->public, "B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw=\n", 0644);
    assert_int_equal(key_load(files->secret, &loaded), ERR_OK);
    assert_memory_equal(&loaded, &pair, sizeof pair);
    assert_int_equal(error_count, 0);
}

/* A key is never overwritten, and a pair is there as a whole or not at all. */
static void test_save_never_overwrites(void **state)
{
    struct files *files = *state;
    const struct key_pair pair = golden_pair();
    write_file(files->secret, "precious", 8, 0600);
    assert_int_equal(key_save(files->secret, files->public, &pair), ERR_EXISTS);
    assert_file(files->secret, "precious", 0600);
    assert_int_equal(access(files->public, F_OK), -1);
    assert_int_equal(error_count, 1);

    unlink(files->secret);
    write_file(files->public, "precious", 8, 0644);
    assert_int_equal(key_save(files->secret, files->public, &pair), ERR_EXISTS);
    assert_file(files->public, "precious", 0644);
    assert_int_equal(access(files->secret, F_OK), -1);
    assert_int_equal(error_count, 2);

    assert_int_equal(key_save("/nonexistent/a.key", "/nonexistent/a.pub", &pair), ERR_IO);
    assert_int_equal(error_count, 3);
}

/* A key file is one line that only its owner can use; every refusal is logged once. */
static void test_load_refuses(void **state)
{
    struct files *files = *state;
    char long_text[400];
    memset(long_text, ' ', sizeof long_text);
    memcpy(long_text, golden_secret_text, sizeof golden_secret_text - 1);
    long_text[sizeof long_text - 1] = 'x';
    const struct {
        const char *name;
        const void *bytes;
        size_t len;
        mode_t mode;
        enum err err;
    } rows[] = {
        {"good", golden_secret_text, 44, 0600, ERR_OK},
        {"read-only", golden_secret_text, 44, 0400, ERR_OK},
        {"group may read", golden_secret_text, 44, 0640, ERR_FORBIDDEN},
        {"others may read", golden_secret_text, 44, 0604, ERR_FORBIDDEN},
        {"group may write", golden_secret_text, 44, 0620, ERR_FORBIDDEN},
        {"empty", "", 0, 0600, ERR_SYNTAX},
        {"half written", golden_secret_text, 20, 0600, ERR_SYNTAX},
        {"NUL behind the key", golden_secret_text, 45, 0600, ERR_SYNTAX},
        {"text far behind the key", long_text, sizeof long_text, 0600, ERR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(files->secret, rows[i].bytes, rows[i].len, rows[i].mode);
        struct key_pair pair;
        error_count = 0;
        enum err err = key_load(files->secret, &pair);
        if (err != rows[i].err || error_count != (rows[i].err != ERR_OK))
            fail_msg("%s: %s, %d errors logged", rows[i].name, err_name(err), error_count);
        unlink(files->secret);
    }
    struct key_pair pair;
    assert_int_equal(key_load(files->secret, &pair), ERR_NOT_FOUND);
}

/* Who logs nothing is told why instead, in their language, with the path and what to do. */
static void test_read_gives_the_reason(void **state)
{
    struct files *files = *state;
    const struct {
        const char *name;
        const char *bytes; /* NULL: no file */
        mode_t mode;
        const char *english, *vietnamese;
    } rows[] = {
        {"not there", NULL, 0, "make one with: tonghop init", "hãy tạo bằng: tonghop init"},
        {"others may read", golden_secret_text, 0644, "(mode 0644); run: chmod 600 /",
         "(quyền 0644); hãy chạy: chmod 600 /"},
        {"no key", "x", 0600, "44 base64 characters; restore it", "44 ký tự base64; hãy khôi phục"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key_pair pair;
        char english[KEY_REASON_SIZE] = "", vietnamese[KEY_REASON_SIZE] = "";
        if (rows[i].bytes != NULL)
            write_file(files->secret, rows[i].bytes, strlen(rows[i].bytes), rows[i].mode);
        enum err err = key_read(files->secret, false, &pair, english);
        if (err == ERR_OK || key_read(files->secret, true, &pair, vietnamese) != err ||
            strstr(english, rows[i].english) == NULL || strstr(english, files->secret) == NULL ||
            strstr(vietnamese, rows[i].vietnamese) == NULL ||
            strstr(vietnamese, files->secret) == NULL)
            fail_msg("%s: %s: %s; %s", rows[i].name, err_name(err), english, vietnamese);
        (void)unlink(files->secret); /* not there in the first row */
    }
    assert_int_equal(error_count, 0);
}

/* Neither a folder nor a pipe in the place of the key holds the program up. */
static void test_load_odd_files(void **state)
{
    struct files *files = *state;
    struct key_pair pair;
    assert_int_equal(key_load(files->folder, &pair), ERR_IO);
    assert_int_equal(mkfifo(files->secret, 0600), 0);
    assert_int_equal(key_load(files->secret, &pair), ERR_SYNTAX);
    assert_int_equal(error_count, 2);
}

/* systemd's credentials are protected by their folder; the exception ends at its border. */
static void test_load_credential(void **state)
{
    struct files *files = *state;
    struct key_pair pair;
    write_file(files->secret, golden_secret_text, 44, 0440);
    setenv("CREDENTIALS_DIRECTORY", files->folder, 1);
    assert_int_equal(key_load(files->secret, &pair), ERR_OK);
    char alike[96]; /* a folder whose name only begins alike */
    snprintf(alike, sizeof alike, "%.*s", (int)strlen(files->folder) - 1, files->folder);
    assert_int_equal(mkdir(alike, 0700), 0);
    setenv("CREDENTIALS_DIRECTORY", alike, 1);
    enum err err = key_load(files->secret, &pair);
    rmdir(alike);
    assert_int_equal(err, ERR_FORBIDDEN);
    char below[128];
    snprintf(below, sizeof below, "%s/below", files->folder);
    assert_int_equal(mkdir(below, 0700), 0);
    setenv("CREDENTIALS_DIRECTORY", below, 1);
    char detour[160];
    snprintf(detour, sizeof detour, "%s/../node.key", below);
    err = key_load(detour, &pair);
    rmdir(below);
    assert_int_equal(err, ERR_FORBIDDEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_generate),
        cmocka_unit_test_setup_teardown(test_save_and_load, setup, teardown),
        cmocka_unit_test_setup_teardown(test_save_never_overwrites, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_gives_the_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_odd_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_credential, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
