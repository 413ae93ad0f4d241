/* A link that is made when it is needed: at first, after it was lost, and after the node forgot us.
 * A request is sent once and answered or not; only "say hello first" is followed by a second try,
 * because then the node has done nothing with the first. */
#include "client/connection.h"
#include "client/catalogue_cache.h"
#include "client/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "link/trouble.h"
#include "wire/digest.h"

struct connection {
    char *address; /* path of the local socket, or endpoint */
    bool is_local;
    uint8_t server_key[KEY_SIZE];
    struct key_pair pair;
    uint32_t unit;      /* that the hello speaks for */
    bool is_vietnamese; /* the language it asks for */
    int64_t timeout_ms;
    int64_t allowed_ms; /* for the answer that is awaited */
    struct sock_context *context;
    struct sock *sock; /* NULL: no link */
    uint64_t seq;      /* of the last message sent on any link */
    struct buf bytes;  /* of the message in hand */
    struct arena *answer;
    struct arena *greeting; /* of the welcome */
    const Tonghop__Welcome *welcome;
    char *kept_folder; /* where catalogues are kept; NULL: nowhere */
};

static enum err fail(char *reason, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes the reason, cut where it is too long, and returns `err`. */
static enum err fail(char *reason, enum err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, CONNECTION_REASON_SIZE, format, args);
    va_end(args);
    utf8_cut(reason);
    return err;
}

/* The format in the reader's language; both take the same arguments, as the compiler checks. */
#define SAID(is_vietnamese, english, vietnamese) ((is_vietnamese) ? (vietnamese) : (english))

enum err connection_refusal_err(const Tonghop__Refusal *refusal)
{
    for (enum err err = ERR_USAGE; err < ERR_COUNT; err++)
        if (strcmp(err_name(err), refusal->code) == 0)
            return err;
    return ERR_FORBIDDEN;
}

/* ---- one message out, its answer in ---- */

static enum err send_message(struct connection *connection, Tonghop__Envelope *message,
                             char *reason)
{
    message->protocol = WIRE_PROTOCOL;
    message->seq = ++connection->seq;
    message->re = 0;
    buf_clear(&connection->bytes);
    wire_pack(message, &connection->bytes);
    if (connection->bytes.len > WIRE_MESSAGE_MAX)
        return fail(reason, ERR_TOO_LARGE,
                    SAID(connection->is_vietnamese,
                         "the message has %zu bytes, a node takes at most %d",
                         "thông điệp có %zu byte, nút chỉ nhận tối đa %d"),
                    connection->bytes.len, WIRE_MESSAGE_MAX);
    enum err err = sock_send(connection->sock, NULL, span_of(&connection->bytes));
    if (err != ERR_OK)
        return fail(
            reason, ERR_IO,
            SAID(connection->is_vietnamese, "%s: cannot send: %s", "%s: không gửi được: %s"),
            connection->address, err_text(err));
    return ERR_OK;
}

/* What the transport says, in the reader's language; its own words are for logs too. */
static const char *trouble_text(const struct connection *connection, const char *trouble)
{
    if (!connection->is_vietnamese)
        return trouble;
    if (strcmp(trouble, TROUBLE_REFUSED) == 0)
        return "bị từ chối: khóa này chưa được đăng ký ở đó";
    return strcmp(trouble, TROUBLE_NOT_A_NODE) == 0 ? "nơi đó không phải là một nút"
                                                    : "khóa của nút không phải khóa đã cấu hình";
}

/* What the transport says against the link, if anything; `is_up`: it was used before. */
static enum err check_trouble(struct connection *connection, bool is_up, char *reason)
{
    const char *trouble = sock_trouble(connection->sock);
    bool is_tried_again = !is_up && !connection->is_local && strcmp(trouble, TROUBLE_SILENT) == 0;
    if (trouble[0] == '\0' || is_tried_again)
        return ERR_OK;
    if (is_up)
        return fail(
            reason, ERR_TIMEOUT,
            SAID(connection->is_vietnamese, "%s: the connection was lost", "%s: bị mất kết nối"),
            connection->address);
    if (connection->is_local && sock_probe_local(connection->address) == ERR_OK)
        return fail(reason, ERR_TIMEOUT,
                    SAID(connection->is_vietnamese, "%s: a daemon has it and does not answer",
                         "%s: tonghopd đang giữ cổng này mà không trả lời"),
                    connection->address);
    if (connection->is_local)
        return fail(reason, ERR_NOT_FOUND,
                    SAID(connection->is_vietnamese, "%s: no daemon answers there; start it",
                         "%s: tonghopd không trả lời ở đó; hãy khởi động nút"),
                    connection->address);
    if (strcmp(trouble, TROUBLE_NO_CONNECTION) == 0 || strcmp(trouble, TROUBLE_NO_HOST) == 0)
        return fail(
            reason, ERR_NOT_FOUND,
            SAID(connection->is_vietnamese,
                 "%s: no connection; check the address and that the node runs",
                 "%s: không kết nối được; hãy kiểm tra địa chỉ và xem nút có đang chạy không"),
            connection->address);
    return fail(reason, ERR_FORBIDDEN,
                SAID(connection->is_vietnamese,
                     "%s: %s; check the key in [client], and have yours enrolled there",
                     "%s: %s; hãy kiểm tra khóa trong [client], và nhờ đăng ký khóa của mình ở đó"),
                connection->address, trouble_text(connection, trouble));
}

/* Takes messages until one answers the last one sent; others are late answers to earlier requests,
 * or notices, and are dropped. */
static enum err await_answer(struct connection *connection, struct arena *arena, bool is_up,
                             int64_t deadline_ms, const Tonghop__Envelope **ret_answer,
                             char *reason)
{
    struct sock_poll_item item = {.sock = connection->sock, .fd = -1};
    for (;;) {
        struct sock_peer peer;
        struct wire_message message;
        enum err err = sock_receive(connection->sock, &connection->bytes, &peer);
        if (err == ERR_OK) {
            arena_reset(arena);
            err = wire_open(span_of(&connection->bytes), arena, &message, reason,
                            CONNECTION_REASON_SIZE);
            if (err != ERR_OK)
                return err;
            if (message.envelope->re != connection->seq)
                continue;
            *ret_answer = message.envelope;
            return ERR_OK;
        }
        if (err != ERR_BUSY)
            return fail(reason, err, "%s: %s", connection->address, err_text(err));
        err = check_trouble(connection, is_up, reason);
        if (err != ERR_OK)
            return err;
        int64_t left_ms = deadline_ms - clock_now_ms();
        bool is_zap;
        if (left_ms <= 0)
            return fail(reason, ERR_TIMEOUT,
                        SAID(connection->is_vietnamese, "%s: no answer within %" PRId64 " ms",
                             "%s: không trả lời trong %" PRId64 " ms"),
                        connection->address, connection->allowed_ms);
        if (sock_poll(connection->context, &item, 1, left_ms, &is_zap) == ERR_IO)
            return fail(reason, ERR_IO,
                        SAID(connection->is_vietnamese, "%s: cannot wait for an answer",
                             "%s: không chờ được câu trả lời"),
                        connection->address);
    }
}

/* ---- the link ---- */

static enum err connect_sock(struct connection *connection, char *reason)
{
    enum err err =
        connection->is_local
            ? sock_connect_local(connection->context, connection->address, WIRE_ANSWER_MAX,
                                 &connection->sock)
            : sock_connect(connection->context, connection->address, connection->server_key,
                           &connection->pair, WIRE_ANSWER_MAX, &connection->sock);
    if (err == ERR_USAGE && !connection->is_local)
        return fail(reason, err,
                    SAID(connection->is_vietnamese,
                         "%s: not an address; write it like tcp://10.64.0.1:7464",
                         "%s: không phải là địa chỉ; viết như tcp://10.64.0.1:7464"),
                    connection->address);
    switch (err) {
    case ERR_OK:
        return ERR_OK;
    case ERR_NOT_FOUND:
        return fail(
            reason, err,
            SAID(connection->is_vietnamese, "%s: no daemon there; start it, or check runtime_dir",
                 "%s: ở đó không có tonghopd; hãy khởi động nút, hoặc kiểm tra runtime_dir"),
            connection->address);
    case ERR_FORBIDDEN:
        return fail(
            reason, err,
            SAID(connection->is_vietnamese,
                 "%s: you may not use it; have yourself added to the group tonghop",
                 "%s: không có quyền dùng; hãy nhờ người quản trị thêm tài khoản vào nhóm tonghop"),
            connection->address);
    default:
        return fail(
            reason, err,
            SAID(connection->is_vietnamese, "%s: cannot connect: %s", "%s: không kết nối được: %s"),
            connection->address, err_text(err));
    }
}

static enum err say_hello(struct connection *connection, int64_t deadline_ms, char *reason)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    char software[] = "tonghop " TONGHOP_VERSION;
    char vietnamese[] = "vi", english[] = "en";

    hello.protocol_min = WIRE_PROTOCOL;
    hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = connection->unit;
    hello.software = software;
    hello.language = connection->is_vietnamese ? vietnamese : english;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    connection->welcome = NULL;
    enum err err = send_message(connection, &envelope, reason);
    if (err == ERR_OK)
        err = await_answer(connection, connection->greeting, false, deadline_ms, &answer, reason);
    if (err != ERR_OK)
        return err;
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        return fail(reason, connection_refusal_err(answer->refusal), "%s: %s", connection->address,
                    answer->refusal->text);
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_WELCOME)
        return fail(reason, ERR_MALFORMED,
                    SAID(connection->is_vietnamese, "%s: it answered a hello with '%s'",
                         "%s: trả lời lời chào bằng “%s”"),
                    connection->address, wire_body_name(answer));
    connection->welcome = answer->welcome;
    return ERR_OK;
}

/* With the first socket libzmq starts its threads, which inherit what is blocked: a signal is for
 * the program's own. */
static enum err connect_without_signals(struct connection *connection, char *reason)
{
    sigset_t all, old;
    (void)sigfillset(&all);
    int rc = pthread_sigmask(SIG_SETMASK, &all, &old);
    assert(rc == 0);
    enum err err = connect_sock(connection, reason);
    rc = pthread_sigmask(SIG_SETMASK, &old, NULL);
    assert(rc == 0);
    return err;
}

/* `*ret_cut`: the handshake was cut off. */
static enum err try_link(struct connection *connection, int64_t deadline_ms, bool *ret_cut,
                         char *reason)
{
    connection->welcome = NULL;
    *ret_cut = false;
    enum err err = connect_without_signals(connection, reason);
    if (err == ERR_OK)
        err = say_hello(connection, deadline_ms, reason);
    if (err == ERR_OK)
        return ERR_OK;
    *ret_cut = err == ERR_FORBIDDEN && !connection->is_local &&
               trouble_is_cut(sock_trouble(connection->sock));
    sock_close(&connection->sock);
    return err;
}

/* Twice, before anybody speaks of keys (trouble_is_cut). */
static enum err open_link(struct connection *connection, int64_t deadline_ms, char *reason)
{
    bool is_cut;
    sock_close(&connection->sock);
    enum err err = try_link(connection, deadline_ms, &is_cut, reason);
    if (is_cut)
        err = try_link(connection, deadline_ms, &is_cut, reason);
    return err;
}

enum err connection_open_to(const struct connection_target *target, bool is_vietnamese,
                            int64_t timeout_ms, struct connection **ret_connection, char *reason)
{
    struct connection *connection = mem_calloc(1, sizeof(*connection));
    reason[0] = '\0';
    connection->is_local = target->is_local;
    connection->address = mem_strdup(target->address);
    connection->unit = target->unit;
    connection->is_vietnamese = is_vietnamese;
    memcpy(connection->server_key, target->server_key, KEY_SIZE);
    connection->pair = target->pair;
    connection->timeout_ms = timeout_ms;
    connection->allowed_ms = timeout_ms;
    connection->answer = arena_new(WIRE_ANSWER_ARENA_MAX);
    connection->greeting = arena_new(WIRE_ARENA_MAX);
    connection->context = sock_context_new();
    enum err err = connection->context != NULL
                       ? open_link(connection, clock_now_ms() + timeout_ms, reason)
                       : fail(reason, ERR_IO,
                              SAID(is_vietnamese, "libzmq cannot be started: too many open files?",
                                   "không khởi động được libzmq: mở quá nhiều tệp?"));
    if (err != ERR_OK)
        connection_close(&connection);
    else
        *ret_connection = connection;
    return err;
}

enum err connection_open(const struct conf *conf, bool is_vietnamese, int64_t timeout_ms,
                         struct connection **ret_connection, char *reason)
{
    char key_reason[KEY_REASON_SIZE];
    struct connection_target target = {.is_local = !conf->is_client};
    if (conf->is_client &&
        key_read(conf->key_file, is_vietnamese, &target.pair, key_reason) != ERR_OK)
        return fail(reason, ERR_USAGE, "%s", key_reason);
    char *control = target.is_local ? conf_control_path(conf) : NULL;
    target.address = target.is_local ? control : conf->parent_endpoint;
    target.unit = target.is_local ? 0 : conf->unit;
    memcpy(target.server_key, conf->parent_key, KEY_SIZE);
    enum err err = connection_open_to(&target, is_vietnamese, timeout_ms, ret_connection, reason);
    key_wipe(&target.pair);
    free(control);
    return err;
}

void connection_close(struct connection **connection)
{
    struct connection *old = *connection;
    if (old == NULL)
        return;
    sock_close(&old->sock);
    sock_context_free(&old->context);
    key_wipe(&old->pair);
    arena_free(&old->answer);
    arena_free(&old->greeting);
    buf_fini(&old->bytes);
    free(old->address);
    free(old->kept_folder);
    free(old);
    *connection = NULL;
}

const Tonghop__Welcome *connection_welcome(const struct connection *connection)
{
    return connection->welcome;
}

uint32_t connection_unit(const struct connection *connection)
{
    const Tonghop__Welcome *welcome = connection->welcome;
    if (connection->is_local)
        return welcome != NULL ? welcome->unit : 0;
    return connection->unit;
}

void connection_keep_catalogues(struct connection *connection, const char *folder)
{
    free(connection->kept_folder);
    connection->kept_folder = folder != NULL ? mem_strdup(folder) : NULL;
}

static bool is_lost(const struct connection *connection)
{
    return connection->sock == NULL || sock_trouble(connection->sock)[0] != '\0';
}

static bool is_no_session(const Tonghop__Envelope *answer)
{
    return answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL &&
           strcmp(answer->refusal->code, err_name(ERR_NO_SESSION)) == 0;
}

enum err connection_request(struct connection *connection, Tonghop__Envelope *request,
                            const Tonghop__Envelope **ret_answer, char *reason)
{
    return connection_request_long(connection, 0, request, ret_answer, reason);
}

enum err connection_request_long(struct connection *connection, int64_t more_ms,
                                 Tonghop__Envelope *request, const Tonghop__Envelope **ret_answer,
                                 char *reason)
{
    connection->allowed_ms = connection->timeout_ms + more_ms;
    int64_t deadline_ms = clock_now_ms() + connection->allowed_ms;
    bool is_new_needed = is_lost(connection);
    const Tonghop__Envelope *answer = NULL;
    enum err err = ERR_OK;

    reason[0] = '\0';
    for (int attempt = 0; attempt < 2 && err == ERR_OK; attempt++) {
        if (is_new_needed)
            err = open_link(connection, deadline_ms, reason);
        if (err == ERR_NOT_FOUND)
            err = ERR_TIMEOUT; /* a node that is away is nothing that a node does not find */
        if (err == ERR_OK)
            err = send_message(connection, request, reason);
        if (err == ERR_OK)
            err = await_answer(connection, connection->answer, true, deadline_ms, &answer, reason);
        if (err == ERR_OK && !is_no_session(answer))
            break;
        is_new_needed = true;
    }
    if (err == ERR_OK)
        *ret_answer = answer;
    return err;
}

struct arena *connection_take_answer(struct connection *connection)
{
    struct arena *taken = connection->answer;
    connection->answer = arena_new(WIRE_ANSWER_ARENA_MAX);
    return taken;
}

/* ---- the catalogue ---- */

/* Asks for chunk `index` of catalogue `number` (0: the one in force). The answer's chunk is valid
 * until the next request. */
static enum err fetch_chunk(struct connection *connection, uint32_t number, uint32_t index,
                            const Tonghop__CatalogueChunk **ret_chunk, char *reason)
{
    Tonghop__CatalogueRequest body = TONGHOP__CATALOGUE_REQUEST__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    body.number = number;
    body.index = index;
    request.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_REQUEST;
    request.catalogue_request = &body;
    enum err err = connection_request(connection, &request, &answer, reason);
    if (err != ERR_OK)
        return err;
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        return fail(reason, connection_refusal_err(answer->refusal), "%s", answer->refusal->text);
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK ||
        answer->catalogue_chunk->index != index)
        return fail(reason, ERR_MALFORMED,
                    SAID(connection->is_vietnamese,
                         "the node answered something else than was asked",
                         "nút trả lời khác với điều đã hỏi"));
    *ret_chunk = answer->catalogue_chunk;
    return ERR_OK;
}

enum err connection_catalogue_number(struct connection *connection, uint32_t *ret_number,
                                     char *reason)
{
    connection->allowed_ms = connection->timeout_ms;
    int64_t deadline_ms = clock_now_ms() + connection->timeout_ms;
    enum err err = is_lost(connection) ? open_link(connection, deadline_ms, reason)
                                       : say_hello(connection, deadline_ms, reason);
    if (err == ERR_OK)
        *ret_number = connection->welcome->catalogue;
    else
        sock_close(&connection->sock); /* what comes next begins with a hello */
    return err == ERR_NOT_FOUND ? ERR_TIMEOUT : err;
}

/* Appends the bytes of the catalogue that the welcome has named. */
static bool take_kept_catalogue(const struct connection *connection, struct buf *out)
{
    const Tonghop__Welcome *welcome = connection->welcome;
    return connection->kept_folder != NULL && welcome != NULL &&
           welcome->catalogue_hash.len == DIGEST_SIZE &&
           catalogue_cache_take(connection->kept_folder, welcome->catalogue_hash.data, out);
}

enum err connection_fetch_catalogue_bytes(struct connection *connection, struct buf *ret_bytes,
                                          char *reason)
{
    uint8_t expected[DIGEST_SIZE] = {0};
    uint8_t hash[DIGEST_SIZE];
    uint32_t number = 0, count = 1; /* as the first chunk says, from then on */

    if (take_kept_catalogue(connection, ret_bytes))
        return ERR_OK;
    for (uint32_t i = 0; i < count; i++) {
        const Tonghop__CatalogueChunk *chunk = NULL;
        enum err err = fetch_chunk(connection, number, i, &chunk, reason);
        if (err != ERR_OK)
            return err;
        if (i == 0) {
            number = chunk->number;
            count = chunk->count;
            memcpy(expected, chunk->hash.data, sizeof(expected));
        }
        buf_put(ret_bytes, chunk->data.data, chunk->data.len);
    }
    digest_of(span_of(ret_bytes), hash);
    if (memcmp(hash, expected, sizeof(hash)) != 0)
        return fail(reason, ERR_CORRUPT,
                    SAID(connection->is_vietnamese,
                         "catalogue %" PRIu32 " does not have its own hash",
                         "danh mục %" PRIu32 " không khớp mã băm của nó"),
                    number);
    if (connection->kept_folder != NULL)
        catalogue_cache_keep(connection->kept_folder, hash, span_of(ret_bytes));
    return ERR_OK;
}

enum err connection_fetch_catalogue(struct connection *connection, struct catalogue **ret_catalogue,
                                    char *reason)
{
    struct buf bytes = {0};
    struct problems problems = {0};
    enum err err = connection_fetch_catalogue_bytes(connection, &bytes, reason);
    if (err == ERR_OK) {
        err = wire_open_catalogue(span_of(&bytes), ret_catalogue, &problems);
        if (err != ERR_OK)
            (void)fail(reason, err,
                       SAID(connection->is_vietnamese, "the node's catalogue cannot be used: %s",
                            "không dùng được danh mục của nút: %s"),
                       problems.count > 0 ? problems.items[0].text : err_text(err));
    }
    problems_fini(&problems);
    buf_fini(&bytes);
    return err;
}
