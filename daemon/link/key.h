/* CURVE keys: 32 bytes; in text, base64 of 44 characters, as WireGuard writes them. */
#ifndef LINK_KEY_H
#define LINK_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

enum { KEY_SIZE = 32, KEY_TEXT_SIZE = 45, KEY_REASON_SIZE = 512 };

struct key_pair {
    uint8_t public_key[KEY_SIZE];
    uint8_t secret_key[KEY_SIZE];
};

void key_generate(struct key_pair *ret_pair);
/* The public key that belongs to a secret one. */
void key_public_of(const uint8_t *secret_key, uint8_t *ret_public_key);
/* Into KEY_TEXT_SIZE bytes; returns `out`. */
char *key_format(const uint8_t *key, char *out);
/* Blanks around it are skipped. ERR_SYNTAX. */
enum err key_parse(const char *text, uint8_t *ret_key);

/* Reads a secret key file (one line). ERR_NOT_FOUND; ERR_FORBIDDEN when group or others may read
 * it; ERR_SYNTAX; ERR_IO. A file inside $CREDENTIALS_DIRECTORY (systemd's LoadCredential) is
 * protected by its directory: its mode is not checked. `reason` (KEY_REASON_SIZE bytes) then says
 * what is wrong and what to do. */
enum err key_read(const char *path, bool is_vietnamese, struct key_pair *ret_pair, char *reason);
/* The same, for programs whose errors belong in the log: the reason is logged, in English. */
enum err key_load(const char *path, struct key_pair *ret_pair);
/* The same of a copy, such as systemd's: the reason names its origin, which people can change. */
enum err key_load_copy(const char *path, const char *origin, struct key_pair *ret_pair);
/* Writes the secret key, mode 0600, and the public key to `public_path`, mode 0644, both durable.
 * Never overwrites: ERR_EXISTS. */
enum err key_save(const char *path, const char *public_path, const struct key_pair *pair);
/* Wipes the secret. */
void key_wipe(struct key_pair *pair);

#endif
