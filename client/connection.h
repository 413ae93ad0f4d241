/* One connection to a node: hello, then requests, each answered once. Used by every command, and
 * underneath the public library (include/tonghop/client.h).
 *
 * Blocks, with a deadline. A request that is not answered in time is ERR_TIMEOUT: its outcome is
 * unknown, and repeating it is safe, because what travels is state. */
#ifndef CLIENT_CONNECTION_H
#define CLIENT_CONNECTION_H

#include "link/sock.h"
#include "text/conf.h"
#include "wire/wire.h"

enum { CONNECTION_TIMEOUT_MS = 15000, CONNECTION_REASON_SIZE = 512 };

struct connection;

/* Connects to the local socket of a node's configuration, or over CURVE for a [client] one, and
 * says hello; the node's texts about reports come in Vietnamese if wanted. Errors: ERR_NOT_FOUND
 * no daemon there, ERR_FORBIDDEN no right or not enrolled, ERR_TIMEOUT it is there and does not
 * answer, ERR_VERSION ...; `reason` (CONNECTION_REASON_SIZE bytes) says what and what to do. */
enum err connection_open(const struct conf *conf, bool is_vietnamese, int64_t timeout_ms,
                         struct connection **ret_connection, char *reason);

/* Whom to connect to, and as whom, for those who have no configuration. */
struct connection_target {
    const char *address; /* of a node, tcp://HOST:PORT, or path of a local socket */
    bool is_local;
    uint32_t unit; /* that the hello speaks for; 0: what the key is enrolled for */
    uint8_t server_key[KEY_SIZE];
    struct key_pair pair;
};

/* The same; nothing of `target` is needed afterwards. */
enum err connection_open_to(const struct connection_target *target, bool is_vietnamese,
                            int64_t timeout_ms, struct connection **ret_connection, char *reason);
void connection_close(struct connection **connection);

/* What the node said of itself in its last welcome; NULL after a hello that had none. */
const Tonghop__Welcome *connection_welcome(const struct connection *connection);
/* The unit that it speaks for: the node's on its local socket, else the one of the configuration,
 * which the node has agreed to. 0: that of its key, which only the node knows. */
uint32_t connection_unit(const struct connection *connection);

/* Sends `request` (body set) and waits for its answer, which belongs to the connection and is valid
 * until the next request. A refusal is an answer too: check body_case. ERR_TIMEOUT, also when the
 * link was lost and nobody is there any more; ERR_IO. */
enum err connection_request(struct connection *connection, Tonghop__Envelope *request,
                            const Tonghop__Envelope **ret_answer, char *reason);

/* The same for a request whose answer may take `more_ms` longer than others, because it waits. */
enum err connection_request_long(struct connection *connection, int64_t more_ms,
                                 Tonghop__Envelope *request, const Tonghop__Envelope **ret_answer,
                                 char *reason);

/* Hands the memory of the last answer over to the caller, who frees it: the answer lives as long.
 */
struct arena *connection_take_answer(struct connection *connection);

/* The error that a refusal names; ERR_FORBIDDEN for a name of a newer version. */
enum err connection_refusal_err(const Tonghop__Refusal *refusal);

/* Says hello again: the number of the catalogue in force at the node now, 0 if there is none. */
enum err connection_catalogue_number(struct connection *connection, uint32_t *ret_number,
                                     char *reason);
/* Catalogues that are fetched from now on are kept in this folder (catalogue_cache.h), and taken
 * from there. NULL, as at first: they are not. */
void connection_keep_catalogues(struct connection *connection, const char *folder);
/* Appends the bytes of the catalogue in force at the node to an empty `ret_bytes` (the caller frees
 * them, also after a failure), checked against their hash. One that is kept is that of the last
 * welcome; since then another may have come into force. */
enum err connection_fetch_catalogue_bytes(struct connection *connection, struct buf *ret_bytes,
                                          char *reason);
/* Fetches the catalogue in force at the node, checks hash and content. The caller frees it. */
enum err connection_fetch_catalogue(struct connection *connection, struct catalogue **ret_catalogue,
                                    char *reason);

#endif
