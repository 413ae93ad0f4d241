/* What the nodes hold, against sums made apart: of the figures that were filed, in plain loops. */
#include <inttypes.h>
#include <stdlib.h>

#include "bench/realm.h"
#include "core/mem.h"
#include "node/rollup.h"

/* For each unit above the leaves: how many have reported beneath it, and what each indicator adds
 * up to. */
struct expected {
    size_t unit_count, indicator_count;
    uint32_t *reported;
    int64_t *sums;
};

static void learn(const struct realm *realm, const uint8_t *based_on, struct expected *expected)
{
    const struct catalogue *catalogue = realm->country.catalogue;
    expected->unit_count = catalogue->units[catalogue->unit_count - 1].id + (size_t)1;
    expected->indicator_count = catalogue->indicator_count;
    expected->reported = mem_calloc(expected->unit_count, sizeof(*expected->reported));
    expected->sums =
        mem_calloc(expected->unit_count * expected->indicator_count, sizeof(*expected->sums));
    for (size_t i = 0; i < realm->country.leaf_count; i++) {
        uint32_t leaf = realm->country.leaves[i];
        for (uint32_t unit = realm_parent_of(realm, leaf); unit != 0;
             unit = realm_parent_of(realm, unit)) {
            expected->reported[unit]++;
            for (size_t n = 0; n < expected->indicator_count; n++)
                expected->sums[unit * expected->indicator_count + n] +=
                    country_figure(leaf, catalogue->indicators[n].number, based_on[i]);
        }
    }
}

static void check_unit(const struct realm_node *n, const struct expected *expected, uint32_t unit)
{
    const struct catalogue *catalogue = n->realm->country.catalogue;
    const struct report_key key = {
        .kind = KIND_ACTUAL, .period = {REALM_YEAR, PERIOD_Y}, .unit = unit, .form = 1};
    struct store_txn *txn = store_begin_read(n->store);
    struct figures held = {0};
    (void)rollup_of(n->node, txn, &key, NULL, &held); /* whether it has reports of its own */
    for (size_t i = 0; i < expected->indicator_count; i++) {
        uint32_t number = catalogue->indicators[i].number;
        const struct figure *figure = figures_find(&held, number);
        if (figure == NULL ||
            figure->value != expected->sums[unit * expected->indicator_count + i] ||
            figure->parts[QUALIFIER_EXACT] != expected->reported[unit] ||
            figure_unit_count(figure) != expected->reported[unit])
            realm_wrong("node of unit %" PRIu32 ": the total of indicator %" PRIu32
                        " of unit %" PRIu32 " is wrong",
                        n->unit, number, unit);
    }
    figures_fini(&held);
    store_abort(&txn);
}

static void check_health(const struct realm_node *n)
{
    struct node_health health;
    node_get_health(n->node, &health);
    if (health.outbox_count + health.alarm_count + health.quarantine_count > 0)
        realm_wrong("node of unit %" PRIu32 ": %" PRIu64 " in the outbox, %" PRIu64
                    " alarms, %" PRIu64 " in quarantine",
                    n->unit, health.outbox_count, health.alarm_count, health.quarantine_count);
    if (n->parent >= 0 && !n->is_agreed)
        realm_wrong("node of unit %" PRIu32 ": its latest statement was not agreed to", n->unit);
}

static void verify(const struct realm_node *n, const struct expected *expected)
{
    uint64_t reports, figures;
    size_t differences = node_verify(n->node, &reports, &figures);
    if (differences > 0 || reports != expected->reported[n->unit])
        realm_wrong("node of unit %" PRIu32 ": verify finds %" PRIu64 " reports, %zu differences",
                    n->unit, reports, differences);
}

void realm_check(struct realm *realm, const uint8_t *based_on, size_t verified)
{
    struct expected expected;
    size_t of_level[REALM_LEVELS_MAX] = {0};
    learn(realm, based_on, &expected);
    for (size_t i = 0; i < realm->node_count; i++) {
        const struct realm_node *n = &realm->nodes[i];
        check_health(n);
        check_unit(n, &expected, n->unit);
        if (of_level[n->level]++ < verified)
            verify(n, &expected);
    }
    for (uint32_t unit = 1; unit < expected.unit_count; unit++)
        if (expected.reported[unit] > 0)
            check_unit(&realm->nodes[0], &expected, unit);
    free(expected.reported);
    free(expected.sums);
}
