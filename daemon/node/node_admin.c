/* Administration: which keys may connect, as what, for which unit. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "link/key.h"
#include "node/authority.h"
#include "node/step.h"

/* Whether the unit may have a key here, as far as can be told; refuses and returns false if not. */
static bool unit_is_beneath(struct step *step, const Tonghop__Enrol *enrol)
{
    struct node *node = step->node;
    if (enrol->role == TONGHOP__ROLE__ROLE_NODE && enrol->unit == node->options.unit) {
        step_refuse(step, ERR_INVALID, NULL,
                    "this node serves unit %" PRIu32 " itself: enrol nodes of units beneath it",
                    enrol->unit);
        return false;
    }
    if (node->catalogue != NULL && catalogue_unit(node->catalogue, enrol->unit) == NULL) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    "the catalogue has no unit with id %" PRIu32 ": see 'tonghop catalogue show "
                    "units'",
                    enrol->unit);
        return false;
    }
    return true;
}

void node_handle_enrol(struct step *step, const Tonghop__Enrol *enrol)
{
    struct enrolled enrolled = {
        .unit = enrol->unit, .role = (uint8_t)enrol->role, .changed = step->event->now};
    char key[KEY_TEXT_SIZE];
    char unit[256];
    if (!unit_is_beneath(step, enrol))
        return;
    memcpy(enrolled.key, enrol->key.data, sizeof(enrolled.key));
    (void)snprintf(enrolled.name, sizeof(enrolled.name), "%s", enrol->name);
    (void)store_put_enrolled(step->txn, &enrolled); /* the error is sticky */
    step->node->child_units.is_loaded = false;
    /* A session under the key's former role must not go on. */
    effects_add(step->effects, EFFECT_REVOKE,
                (struct span){.data = enrolled.key, .len = sizeof(enrolled.key)});
    log_notice("enrolled %s as %s of %s", key_format(enrolled.key, key),
               authority_role_name(enrolled.role),
               node_unit_text(step->node, enrolled.unit, unit, sizeof(unit)));
    step_done(step, "%s is enrolled as %s of %s", key, authority_role_name(enrolled.role), unit);
}

void node_handle_revoke(struct step *step, const Tonghop__Revoke *revoke)
{
    struct enrolled enrolled;
    char key[KEY_TEXT_SIZE];
    if (store_get_enrolled(step->txn, revoke->key.data, &enrolled) != ERR_OK) {
        step_refuse(step, ERR_NOT_FOUND, NULL, "that key is not enrolled here: see 'tonghop keys'");
        return;
    }
    enrolled.is_revoked = true;
    enrolled.changed = step->event->now;
    (void)store_put_enrolled(step->txn, &enrolled); /* the error is sticky */
    step->node->child_units.is_loaded = false;
    effects_add(step->effects, EFFECT_REVOKE,
                (struct span){.data = enrolled.key, .len = sizeof(enrolled.key)});
    log_notice("revoked %s", key_format(enrolled.key, key));
    step_done(step, "%s is revoked", key);
}

static bool key_is_connected(const struct node *node, const uint8_t *key)
{
    size_t index = 0;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index))
        if (!peer->from.address.is_local && memcmp(peer->from.key, key, PEER_KEY_SIZE) == 0)
            return true;
    return false;
}

void node_handle_keys_query(struct step *step)
{
    struct enrolled *all = NULL;
    size_t count = 0, capacity = 0;
    struct enrolled cursor = {0};
    while (store_next_enrolled(step->txn, &cursor)) {
        all = mem_grow(all, count, &capacity, sizeof(*all));
        all[count++] = cursor;
    }
    Tonghop__KeyEntry *items = mem_calloc(count + 1, sizeof(*items));
    Tonghop__KeyEntry **pointers = mem_calloc(count + 1, sizeof(*pointers));
    for (size_t i = 0; i < count; i++) {
        tonghop__key_entry__init(&items[i]);
        items[i].key.data = all[i].key;
        items[i].key.len = sizeof(all[i].key);
        items[i].unit = all[i].unit;
        items[i].role = (Tonghop__Role)all[i].role;
        items[i].name = all[i].name;
        items[i].revoked = all[i].is_revoked;
        items[i].changed_us = all[i].changed.us;
        items[i].connected = key_is_connected(step->node, all[i].key);
        pointers[i] = &items[i];
    }
    Tonghop__Keys keys = TONGHOP__KEYS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    keys.n_entries = count;
    keys.entries = pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_KEYS;
    envelope.keys = &keys;
    step_reply(step, &envelope);
    free(pointers);
    free(items);
    free(all);
}
