/* The checked allocator, the log sink it complains to, and the words of the error codes. */
#include "lib/cm.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"

static char logged_line[4096];
static int logged_count;

static void keep_line(enum log_level level, const char *line)
{
    (void)level; /* the threshold is tested by what arrives at all */
    snprintf(logged_line, sizeof logged_line, "%s", line);
    logged_count++;
}

static int log_to_memory(void **state)
{
    (void)state;
    logged_line[0] = '\0';
    logged_count = 0;
    log_set_sink(keep_line);
    return 0;
}

static int log_to_stderr(void **state)
{
    (void)state;
    log_set_sink(NULL);
    log_setup(LOG_LEVEL_INFO, 0);
    return 0;
}

/* Rule: nothing is still something; an allocator's NULL never reaches a caller. */
static void nothing_is_allocated(void **state)
{
    (void)state;
    void *a = mem_alloc(0);
    void *b = mem_calloc(0, 8);
    void *c = mem_realloc(mem_alloc(4), 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    free(a);
    free(b);
    free(c);
}

/* Rule: copies of text are the caller's own, and cut where asked or where the text ends. */
static void text_is_copied(void **state)
{
    (void)state;
    static const char text[] = "Tân Phú";
    char *whole = mem_strdup(text);
    char *cut = mem_strndup(text, 1);
    char *longer = mem_strndup(text, 100);
    char *printed = mem_printf("%s-%d", "S", 2);
    assert_ptr_not_equal(whole, text);
    assert_string_equal(whole, text);
    assert_string_equal(cut, "T");
    assert_string_equal(longer, text);
    assert_string_equal(printed, "S-2");
    free(whole);
    free(cut);
    free(longer);
    free(printed);
}

/* Rule: a growing array keeps its elements, has room for one more, and grows by factors, so that
 * n appends copy O(n). */
static void arrays_grow(void **state)
{
    (void)state;
    int *numbers = NULL;
    size_t capacity = 0;
    int moves = 0;
    for (int i = 0; i < 1000; i++) {
        size_t before = capacity;
        numbers = mem_grow(numbers, (size_t)i, &capacity, sizeof *numbers);
        assert_true(capacity >= (size_t)i + 1);
        moves += capacity != before;
        numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    assert_true(moves <= 10);
    free(numbers);
}

/* Both products wrap around to a few bytes. */
static void overflow_calloc(void)
{
    free(mem_calloc(SIZE_MAX / 2 + 2, 2));
}

static void overflow_grow(void)
{
    size_t capacity = SIZE_MAX / 32 + 5;
    free(mem_grow(NULL, capacity, &capacity, 16));
}

/* Rule: what cannot be allocated ends the process with status 3 ("outcome unknown, repeating is
 * safe"); a size that wraps around is one of those, not a small block. */
static void impossible_sizes_end_the_process(void **state)
{
    (void)state;
    static void (*const attempts[])(void) = {overflow_calloc, overflow_grow};
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            attempts[i]();
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 3);
    }
}

/* Rule: lines above the level are dropped, those at or below it arrive. */
static void log_has_a_threshold(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_WARNING, 0);
    log_notice("dropped");
    assert_int_equal(logged_count, 0);
    log_warning("unit %d", 631);
    assert_int_equal(logged_count, 1);
    assert_string_equal(logged_line, "unit 631");
}

/* Rule: a text from elsewhere cannot forge a line or steer a terminal. */
static void log_lines_stay_one_line(void **state)
{
    (void)state;
    log_error("peer '%s'", "a\n<3>forged\x1b[31m\x7f");
    assert_string_equal(logged_line, "peer 'a <3>forged [31m '");
}

/* Rule: a line that is too long is cut, marked, and is still UTF-8. */
static void log_lines_are_bounded(void **state)
{
    (void)state;
    enum { PAIRS = 3000, LINE_SIZE = 2048 };
    for (int shift = 0; shift <= 1; shift++) {
        char text[2 * PAIRS + 2] = "x";
        for (size_t i = 0; i < PAIRS; i++)
            memcpy(text + shift + 2 * i, "đ", 3);
        log_error("%s", text);
        size_t len = strlen(logged_line);
        assert_in_range(len, LINE_SIZE - 2, LINE_SIZE - 1);
        assert_string_equal(logged_line + len - 3, "...");
        assert_int_equal((len - 3 - (size_t)shift) % 2, 0);
    }
}

/* Rule: on the journal a line opens with its level in angle brackets, elsewhere with its text. */
static void log_writes_the_journal_prefix(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        log_set_sink(NULL);
        log_setup(LOG_LEVEL_INFO, 1);
        log_error("disk full");
        log_setup(LOG_LEVEL_INFO, 0);
        log_info("ready");
        _exit(0);
    }
    close(ends[1]);
    char text[100] = "";
    size_t len = 0;
    for (ssize_t got = 1; got > 0; len += (size_t)got) {
        got = read(ends[0], text + len, sizeof text - 1 - len);
        assert_true(got >= 0);
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_string_equal(text, "<3>disk full\nready\n");
}

/* Rule: every code has its own stable name and a sentence; a code of a newer program has one too.
 */
static void errors_have_words(void **state)
{
    (void)state;
    for (int a = 0; a < ERR_COUNT; a++) {
        const char *text = err_text((enum err)a);
        assert_int_equal(text[strlen(text) - 1], '.');
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
            assert_string_not_equal(text, err_text((enum err)b));
        }
    }
    assert_string_equal(err_name(ERR_OK), "ok");
    assert_string_equal(err_name(ERR_NOT_HOME), "not-home");
    assert_string_equal(err_name(ERR_TOO_LARGE), "too-large");
    assert_string_equal(err_name(ERR_COUNT), "unknown");
    assert_string_equal(err_name((enum err) - 1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_allocated),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test_setup_teardown(impossible_sizes_end_the_process, log_to_memory,
                                        log_to_stderr),
        cmocka_unit_test_setup_teardown(log_has_a_threshold, log_to_memory, log_to_stderr),
        cmocka_unit_test_setup_teardown(log_lines_stay_one_line, log_to_memory, log_to_stderr),
        cmocka_unit_test_setup_teardown(log_lines_are_bounded, log_to_memory, log_to_stderr),
        cmocka_unit_test(log_writes_the_journal_prefix),
        cmocka_unit_test(errors_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
