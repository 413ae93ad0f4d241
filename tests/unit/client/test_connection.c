/* The connection, against a node that is played by a process of its own. */
#include "lib/cm.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/connection.h"
#include "client/filing.h"
#include "core/mem.h"
#include "unit/client/played.h"

enum { TIMEOUT_MS = 10000, SHORT_MS = 100 };

static struct connection *open_connection(const struct world *world, int64_t timeout_ms)
{
    struct connection *connection = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(connection_open(&world->conf, true, timeout_ms, &connection, reason), ERR_OK);
    return connection;
}

/* Sends a message of that body, whose content does not matter to the node that is played. */
static enum err request(struct connection *connection, Tonghop__Envelope__BodyCase body,
                        void *message, const Tonghop__Envelope **ret_answer, char *reason)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = body;
    envelope.hello = message;
    return connection_request(connection, &envelope, ret_answer, reason);
}

/* ---- the connection ---- */

static void test_request_takes_its_own_answer(void **state)
{
    /* Late answers to earlier requests, and notices, are not taken for the answer. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(connection_welcome(connection)->unit, PLAYED_UNIT);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_PING, &ping, &got, reason),
                         ERR_OK);
        assert_int_equal(got->body_case, TONGHOP__ENVELOPE__BODY_PONG);
    }
    connection_close(&connection);
    assert_null(connection);
}

static void test_silence_is_a_timeout(void **state)
{
    /* The outcome is unknown, and the connection goes on to be usable. */
    struct connection *connection = open_connection(*state, SHORT_MS);
    Tonghop__StatusQuery query = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    uint8_t key[KEY_SIZE] = {1};
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_STATUS_QUERY, &query, &got, reason),
        ERR_TIMEOUT);
    assert_non_null(strstr(reason, "không trả lời trong 100 ms"));
    assert_null(got);
    revoke.key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
    assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_REVOKE, &revoke, &got, reason),
                     ERR_OK);
    assert_int_equal(got->body_case, TONGHOP__ENVELOPE__BODY_REFUSAL);
    assert_int_equal(connection_refusal_err(got->refusal), ERR_NOT_FOUND);
    connection_close(&connection);
}

static void test_forgotten_session_is_begun_anew(void **state)
{
    /* A node that was restarted, or has not heard from us for long, is greeted again; the request
     * goes to it a second time. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    Tonghop__KeysQuery query = TONGHOP__KEYS_QUERY__INIT;
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_KEYS_QUERY, &query, &got, reason),
                     ERR_OK);
    assert_int_equal(got->body_case, TONGHOP__ENVELOPE__BODY_DONE);
    connection_close(&connection);
}

static void test_language_is_asked_for(void **state)
{
    /* In every hello: the one after a forgotten session too. */
    const struct world *world = *state;
    for (int is_vietnamese = 0; is_vietnamese < 2; is_vietnamese++) {
        struct connection *connection = NULL;
        Tonghop__KeysQuery query = TONGHOP__KEYS_QUERY__INIT;
        const Tonghop__Envelope *got = NULL;
        char reason[CONNECTION_REASON_SIZE];
        uint32_t expected = is_vietnamese ? WINDOW_VIETNAMESE : WINDOW_ENGLISH;
        assert_int_equal(
            connection_open(&world->conf, is_vietnamese, TIMEOUT_MS, &connection, reason), ERR_OK);
        assert_int_equal(connection_welcome(connection)->window, expected);
        assert_int_equal(
            request(connection, TONGHOP__ENVELOPE__BODY_KEYS_QUERY, &query, &got, reason), ERR_OK);
        assert_int_equal(connection_welcome(connection)->window, expected);
        connection_close(&connection);
    }
}

static void test_garbage_is_malformed(void **state)
{
    /* A node of another make must not be able to confuse us. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    char period[] = "2024";
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    query.kind = KIND_ACTUAL;
    query.period = period;
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY, &query, &got, reason),
        ERR_MALFORMED);
    assert_true(reason[0] != '\0');
    connection_close(&connection);
}

static void test_node_that_dies(void **state)
{
    /* Dying before the answer leaves the outcome unknown, and so it is while nobody is there; only
     * who connects anew finds nobody. */
    struct world *world = *state;
    struct connection *connection = open_connection(world, TIMEOUT_MS);
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    char period[] = "2024", indicator[] = "model.registered";
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    query.kind = KIND_ACTUAL;
    query.period = period;
    query.indicator = indicator;
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY, &query, &got, reason),
        ERR_TIMEOUT);
    assert_non_null(strstr(reason, "bị mất kết nối"));
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY, &query, &got, reason),
        ERR_TIMEOUT);
    assert_non_null(strstr(reason, "hãy khởi động nút"));
    connection_close(&connection);
    assert_int_equal(connection_open(&world->conf, true, TIMEOUT_MS, &connection, reason),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(reason, world->socket));
    assert_non_null(strstr(reason, "không có tonghopd; hãy khởi động nút"));
    assert_null(connection);
}

static void test_catalogue_is_fetched_in_chunks(void **state)
{
    /* It takes several messages, and is what the node has. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    struct catalogue *catalogue = NULL;
    struct catalogue *expected = played_big_catalogue();
    struct buf a = {0}, b = {0};
    char reason[CONNECTION_REASON_SIZE];
    enum err err = connection_fetch_catalogue(connection, &catalogue, reason);
    if (err != ERR_OK)
        fail_msg("%s", reason);
    wire_pack_catalogue(catalogue, &a);
    wire_pack_catalogue(expected, &b);
    assert_true(a.len > (size_t)2 * WIRE_CHUNK_SIZE);
    assert_true(span_equal(span_of(&a), span_of(&b)));
    buf_fini(&a);
    buf_fini(&b);
    catalogue_free(&catalogue);
    catalogue_free(&expected);
    connection_close(&connection);
}

/* ---- catalogues that are kept ---- */

/* In the folder of the world; of what is left there the test knows nothing but this. */
static void remove_kept(const char *folder)
{
    char *command = mem_printf("rm -r %s", folder);
    assert_int_equal(system(command), 0);
    free(command);
}

static struct connection *open_keeping(const struct world *world, const char *folder)
{
    struct connection *connection = open_connection(world, TIMEOUT_MS);
    connection_keep_catalogues(connection, folder);
    return connection;
}

static enum err fetch_number(struct connection *connection, uint32_t *ret_number)
{
    struct catalogue *catalogue = NULL;
    char reason[CONNECTION_REASON_SIZE];
    enum err err = connection_fetch_catalogue(connection, &catalogue, reason);
    if (err == ERR_OK)
        *ret_number = catalogue->number;
    catalogue_free(&catalogue);
    return err;
}

static void kill_node(struct world *world)
{
    assert_int_equal(kill(world->node, SIGKILL), 0);
    assert_int_equal(waitpid(world->node, NULL, 0), world->node);
}

static void test_kept_catalogue_is_not_asked_for(void **state)
{
    /* With its welcome the node has said all that is needed, and may die; but of one that is kept
     * nowhere. What is taken is what was fetched, byte by byte. */
    struct world *world = *state;
    char *folder = mem_printf("%s/cache", world->folder);
    struct connection *first = open_keeping(world, folder);
    struct connection *second = open_keeping(world, folder);
    struct connection *third = open_keeping(world, folder);
    struct buf fetched = {0}, taken = {0};
    char reason[CONNECTION_REASON_SIZE];
    uint32_t number = 0;
    connection_keep_catalogues(third, NULL);
    assert_int_equal(connection_fetch_catalogue_bytes(first, &fetched, reason), ERR_OK);
    kill_node(world);
    assert_int_equal(connection_fetch_catalogue_bytes(second, &taken, reason), ERR_OK);
    assert_true(span_equal(span_of(&fetched), span_of(&taken)));
    assert_int_equal(fetch_number(second, &number), ERR_OK);
    assert_int_equal(number, 1);
    assert_int_equal(fetch_number(third, &number), ERR_TIMEOUT);
    buf_fini(&fetched);
    buf_fini(&taken);
    connection_close(&first);
    connection_close(&second);
    connection_close(&third);
    remove_kept(folder);
    free(folder);
}

static void test_newer_catalogue_is_fetched(void **state)
{
    /* The welcome names it; who was welcomed before goes on with what he was told of. */
    struct world *world = *state;
    char *folder = mem_printf("%s/cache", world->folder);
    struct connection *before = open_keeping(world, folder);
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    uint32_t number = 0;
    assert_int_equal(fetch_number(before, &number), ERR_OK);
    assert_int_equal(number, 1);
    clear.all = true; /* something happens at the node */
    assert_int_equal(
        request(before, TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR, &clear, &got, reason), ERR_OK);
    struct connection *after = open_keeping(world, folder);
    assert_int_equal(fetch_number(after, &number), ERR_OK);
    assert_int_equal(number, 2);
    kill_node(world);
    assert_int_equal(fetch_number(after, &number), ERR_OK);
    assert_int_equal(number, 2);
    assert_int_equal(fetch_number(before, &number), ERR_OK);
    assert_int_equal(number, 1);
    connection_close(&before);
    connection_close(&after);
    remove_kept(folder);
    free(folder);
}

static void test_number_is_that_of_now(void **state)
{
    /* A hello brings it, also on a link that was lost; and what is fetched then is that very one.
     * A node that is away is a time-out, and the next request begins with a hello. */
    struct world *world = *state;
    char *folder = mem_printf("%s/cache", world->folder);
    struct connection *connection = open_keeping(world, folder);
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    uint32_t number = 0;
    clear.all = true; /* something happens at the node */
    for (uint32_t i = 1; i <= 2; i++) {
        assert_int_equal(connection_catalogue_number(connection, &number, reason), ERR_OK);
        assert_int_equal(number, i);
        assert_int_equal(fetch_number(connection, &number), ERR_OK);
        assert_int_equal(number, i);
        assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_PING, &ping, &got, reason),
                         ERR_OK);
        assert_int_equal(
            request(connection, TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR, &clear, &got, reason),
            ERR_OK);
    }
    kill_node(world);
    for (int i = 0; i < 2; i++)
        assert_int_equal(connection_catalogue_number(connection, &number, reason), ERR_TIMEOUT);
    assert_int_equal(number, 2);
    assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_PING, &ping, &got, reason),
                     ERR_TIMEOUT);
    assert_int_equal(fetch_number(connection, &number), ERR_TIMEOUT); /* nothing was welcomed */
    connection_close(&connection);
    remove_kept(folder);
    free(folder);
}

static void test_damaged_catalogue_is_fetched_and_replaced(void **state)
{
    struct world *world = *state;
    char *folder = mem_printf("%s/cache", world->folder);
    char *damage = mem_printf("for f in %s/*; do printf x | dd of=$f conv=notrunc bs=1 seek=9 "
                              "status=none; done",
                              folder);
    struct connection *connection = open_keeping(world, folder);
    uint32_t number = 0;
    assert_int_equal(fetch_number(connection, &number), ERR_OK);
    assert_int_equal(system(damage), 0);
    assert_int_equal(fetch_number(connection, &number), ERR_OK); /* and it is whole again */
    assert_int_equal(number, 1);
    kill_node(world);
    assert_int_equal(fetch_number(connection, &number), ERR_OK);
    assert_int_equal(system(damage), 0);
    assert_int_equal(fetch_number(connection, &number), ERR_TIMEOUT);
    connection_close(&connection);
    remove_kept(folder);
    free(damage);
    free(folder);
}

/* ---- filing ---- */

/* What the home warns of between its verdict and the filing is told, and nothing is filed unseen.
 */
static void test_warnings_that_come_late(void **state)
{
    struct world *world = *state;
    const struct common common = {
        .config = world->conf_path, .is_english = true, .timeout_ms = 5000};
    const struct selection selection = {.period = {2024, PERIOD_Y}, .kind = KIND_ACTUAL};
    struct problems known = {0}, fresh = {0}, none = {0};
    struct filing filing;
    struct report report = {.key = {KIND_ACTUAL, {2024, PERIOD_Y}, 23860, 1},
                            .scope = SCOPE_OWN,
                            .catalogue = 1,
                            .based_on = 4,
                            .author = mem_strdup(""),
                            .reason = mem_strdup("")};
    report_add_cell(&report,
                    (struct cell){.indicator = 1, .qualifier = QUALIFIER_EXACT, .value = 7});
    assert_int_equal(filing_init(&filing, &common, &selection), EXIT_DONE);
    assert_int_equal(filing_check(&filing, &report, &known), EXIT_DONE);
    assert_int_equal(filing_send(&filing, &report, false, &known, &fresh), EXIT_NO);
    assert_true(known.count == 0 && fresh.count == 1 && fresh.items[0].is_warning);
    assert_int_equal(fresh.items[0].indicator, 1);
    assert_string_equal(fresh.items[0].text, "odd");
    assert_int_equal(filing_send(&filing, &report, true, &fresh, &none), EXIT_DONE);
    assert_int_equal(none.count, 0);
    problems_fini(&fresh);
    report_fini(&report);
    filing_fini(&filing);
}

static void test_own_unit_is_known_by_the_welcome(void **state)
{
    /* On the local socket it is the node's; the one that is played would answer another. */
    struct world *world = *state;
    const struct common common = {
        .config = world->conf_path, .is_english = true, .timeout_ms = 5000};
    const struct selection selection = {.period = {2024, PERIOD_Y}, .kind = KIND_ACTUAL};
    struct filing filing;
    uint32_t unit = 0;
    assert_int_equal(filing_init(&filing, &common, &selection), EXIT_DONE);
    kill_node(world);
    assert_int_equal(filing_own_unit(&filing, &unit), EXIT_DONE);
    assert_int_equal(unit, PLAYED_UNIT);
    filing_fini(&filing);
}

static void test_hung_daemon_is_there(void **state)
{
    /* Who is there and does not speak is not to be started: libzmq's own patience ends with the
     * same event as when the connection is closed before a word was said. */
    struct world *world = *state;
    char *path = conf_control_path(&world->conf);
    struct connection_target target = {.address = path, .is_local = true};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct connection *connection = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(kill(world->node, SIGKILL), 0);
    assert_int_equal(waitpid(world->node, NULL, 0), world->node);
    (void)unlink(path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 8), 0);
    world->node = fork();
    if (world->node == 0)
        for (;;)
            (void)close(accept(fd, NULL, NULL));
    assert_int_equal(connection_open_to(&target, false, TIMEOUT_MS, &connection, reason),
                     ERR_TIMEOUT);
    assert_non_null(strstr(reason, "a daemon has it and does not answer"));
    (void)close(fd);
    free(path);
}

#define with_node(test) cmocka_unit_test_setup_teardown(test, played_setup, played_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_node(test_request_takes_its_own_answer),
        with_node(test_silence_is_a_timeout),
        with_node(test_forgotten_session_is_begun_anew),
        with_node(test_language_is_asked_for),
        with_node(test_warnings_that_come_late),
        with_node(test_own_unit_is_known_by_the_welcome),
        with_node(test_garbage_is_malformed),
        with_node(test_node_that_dies),
        with_node(test_hung_daemon_is_there),
        with_node(test_newer_catalogue_is_fetched),
        with_node(test_number_is_that_of_now),
        with_node(test_damaged_catalogue_is_fetched_and_replaced),
        cmocka_unit_test_setup_teardown(test_catalogue_is_fetched_in_chunks, played_setup_big,
                                        played_teardown),
        cmocka_unit_test_setup_teardown(test_kept_catalogue_is_not_asked_for, played_setup_big,
                                        played_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
