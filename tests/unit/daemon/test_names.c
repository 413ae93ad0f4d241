/* Names of users: asked once in a while, and what the directory answers is made fit for a record.
 */
#include "lib/cm.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>

#include "core/utf8.h"
#include "names.h"

static unsigned asked_count;
static const char *answer; /* NULL: there is no such user */
static int failure;

int __wrap_getpwuid_r(uid_t uid, struct passwd *user, char *bytes, size_t size,
                      struct passwd **ret_found);

int __wrap_getpwuid_r(uid_t uid, struct passwd *user, char *bytes, size_t size,
                      struct passwd **ret_found)
{
    asked_count++;
    *ret_found = NULL;
    if (failure != 0 || answer == NULL)
        return failure;
    (void)snprintf(bytes, size, "%s%u", answer, (unsigned)uid);
    user->pw_name = bytes;
    *ret_found = user;
    return 0;
}

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct names));
    asked_count = 0;
    answer = "u";
    failure = 0;
    return *state == NULL;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* The same user is asked for once in five minutes, also one without a name. */
static void asked_once_in_a_while(void **state)
{
    struct names *names = *state;
    assert_string_equal(names_of_user(names, 7, 1), "u7");
    answer = "v";
    assert_string_equal(names_of_user(names, 7, NAMES_MS), "u7");
    assert_int_equal(asked_count, 1);
    assert_string_equal(names_of_user(names, 7, NAMES_MS + 1), "v7");
    assert_int_equal(asked_count, 2);
    answer = NULL;
    assert_string_equal(names_of_user(names, 8, NAMES_MS + 1), "");
    assert_string_equal(names_of_user(names, 8, NAMES_MS + 2), "");
    assert_int_equal(asked_count, 3);
    assert_string_equal(names_of_user(names, 0, NAMES_MS + 2), "");
    assert_int_equal(asked_count, 4);
}

/* Of more users than are remembered the one asked for longest ago goes. */
static void the_oldest_goes(void **state)
{
    struct names *names = *state;
    char text[16];
    for (uint32_t uid = 0; uid <= NAMES_MAX; uid++) {
        (void)snprintf(text, sizeof(text), "u%u", (unsigned)uid);
        assert_string_equal(names_of_user(names, uid, 1 + uid), text);
    }
    assert_int_equal(asked_count, NAMES_MAX + 1);
    (void)names_of_user(names, NAMES_MAX, 100);
    (void)names_of_user(names, 1, 100);
    assert_int_equal(asked_count, NAMES_MAX + 1);
    (void)names_of_user(names, 0, 100);
    assert_int_equal(asked_count, NAMES_MAX + 2);
}

/* A directory that fails, and names that are long or no text, do no harm. */
static void what_is_answered_is_made_fit(void **state)
{
    struct names *names = *state;
    char longest[201] = "";
    failure = EIO;
    assert_string_equal(names_of_user(names, 1, 1), "");
    failure = 0;
    answer = "a\nb\x1b[2J\xff";
    assert_string_equal(names_of_user(names, 2, 1), "a b [2J?2");
    for (size_t i = 0; i + 2 < sizeof(longest); i += 2)
        memcpy(longest + i, "\xC3\xA0", 3);
    answer = longest;
    const char *name = names_of_user(names, 3, 1);
    assert_int_equal(strlen(name), 62);
    assert_true(utf8_is_text(name, strlen(name)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asked_once_in_a_while, setup, teardown),
        cmocka_unit_test_setup_teardown(the_oldest_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_answered_is_made_fit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
