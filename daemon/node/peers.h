/* Peers: who is connected to us and said hello. A routing id is an address, never an identity: what
 * a peer may do comes from its key's enrolment. */
#ifndef NODE_PEERS_H
#define NODE_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PEERS_MAX = 16384,
    PEERS_OF_KEY_MAX = 16,
    PEERS_SORTS = 4096, /* of keys, by their first bits */
    PEER_ID_MAX = 32,
    PEER_KEY_SIZE = 32,
    PEER_HOST_SIZE = 46, /* of an IP address as text (SOCK_ADDRESS_SIZE) */
    PEER_NAME_SIZE = 64, /* of a user */
};

struct peer_address {
    uint8_t id[PEER_ID_MAX];
    uint8_t id_len;
    bool is_local; /* over the local socket */
};

/* What the transport knows of a message's sender. */
struct peer_from {
    struct peer_address address;
    uint8_t key[PEER_KEY_SIZE]; /* CURVE key; zero if local */
    uint32_t uid;               /* if local */
    char name[PEER_NAME_SIZE];  /* of that user; "" if not known */
    char host[PEER_HOST_SIZE];  /* where it is, for people; "" if local or not known */
};

struct peer {
    struct peer_from from;
    uint8_t role;       /* wire role number */
    uint32_t unit;      /* it may speak for this and what lies beneath */
    uint32_t catalogue; /* number it said it has */
    bool is_vietnamese; /* the language of the texts it wants */
    bool knows_notices; /* a node that exchanges them */
    int64_t heard_ms;
    int64_t hello_ms; /* when this connection said hello last */
    int64_t ahead_us; /* how far its clock is before ours, of a node */
};

/* A hash table by address. Zero-initialised is empty. */
struct peers {
    struct peer *slots; /* from.address.id_len 0: free */
    size_t capacity;    /* power of two */
    size_t count;
    uint16_t of_sort[PEERS_SORTS]; /* peers whose keys are of that sort: no key has more */
};

void peers_fini(struct peers *peers);
struct peer *peers_find(const struct peers *peers, const struct peer_address *address);
/* Adds or replaces; false when PEERS_MAX are there already. */
bool peers_put(struct peers *peers, const struct peer *peer);
/* Before peers_put of a peer that says hello: if PEERS_OF_KEY_MAX others have its key, the one that
 * was silent longest is removed. So one key cannot take every place, nor ask more at once than so
 * many. Local peers have no key. */
void peers_limit_key(struct peers *peers, const struct peer *newcomer);
void peers_remove(struct peers *peers, const struct peer_address *address);
/* Removes peers that were not heard since `before_ms`; returns how many. */
size_t peers_expire(struct peers *peers, int64_t before_ms);
/* Removes every peer with that key; returns how many. */
size_t peers_remove_key(struct peers *peers, const uint8_t *key);
/* Walks: index from 0; returns the next used slot's peer and moves the index on, NULL at the end.
 */
struct peer *peers_next(const struct peers *peers, size_t *index);
bool peer_address_equal(const struct peer_address *a, const struct peer_address *b);

#endif
