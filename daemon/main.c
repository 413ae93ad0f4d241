/* tonghopd: the order of things at start is the order of this file's main, and the end mirrors it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "core/log.h"
#include "journal.h"
#include "loop.h"
#include "memory.h"
#include "offline.h"
#include "reload.h"
#include "setup.h"
#include "setup_check.h"
#include "wire/digest.h"

enum { EXIT_FAILED = 1, EXIT_CONFIG = 2 };

static const char software[] = "tonghopd " TONGHOP_VERSION;

static const char help[] =
    "usage: tonghopd --config FILE [--check [--lang vi|en] | --check-config | --verify |\n"
    "                               --backup FILE [--force] | --restore FILE [--replace] |\n"
    "                               --export FILE [--force] | --import FILE [--replace]]\n"
    "\n"
    "The daemon of one unit: takes in reports, rolls them up, forwards them to the node above.\n"
    "\n"
    "  --config FILE   configuration, such as /etc/tonghop/NAME.conf\n"
    "  --check         say what keeps it from starting, each with its remedy: configuration, "
    "keys,\n"
    "                  port, data, folders; changes nothing, may run beside the daemon; exit "
    "status "
    "2\n"
    "                  if there is anything\n"
    "  --lang vi|en    with --check: the language of what it says\n"
    "  --check-config  read the configuration, and nothing else; exit status 2 if it has "
    "mistakes\n"
    "  --verify        recompute every total from the reports held and compare; read-only, may "
    "run\n"
    "                  beside the daemon; exit status 1 if anything differs\n"
    "  --backup FILE   copy the data to FILE, and verify the copy; may run beside the daemon\n"
    "  --force         with --backup and --export: replace FILE if it is there\n"
    "  --restore FILE  verify a backup and put it in place; the daemon must not run\n"
    "  --replace       with --restore and --import: set the present data aside, in the same "
    "folder\n"
    "  --export FILE   write all the data to FILE as lines of JSON; may run beside the daemon\n"
    "  --import FILE   check such a file, make the data anew from it and put it in place; the\n"
    "                  daemon must not run\n"
    "  --help, --version\n"
    "\n"
    "Signals: SIGTERM and SIGINT stop it, SIGHUP has it read the configuration again. Exit "
    "status:\n"
    "0 stopped, or all is well; 1 failed, or --verify found a difference; 2 usage, configuration "
    "or\n"
    "FILE; 3 out of memory.\n"
    "See tonghopd(8), tonghopd.conf(5), tonghop(1).\n";

enum mode {
    MODE_SERVE,
    MODE_CHECK,
    MODE_CHECK_CONFIG,
    MODE_VERIFY,
    MODE_BACKUP,
    MODE_RESTORE,
    MODE_EXPORT,
    MODE_IMPORT,
};

struct options {
    const char *config;
    const char *file; /* of --backup, --restore, --export and --import */
    enum mode mode;
    int mode_count; /* how many of the modes were asked for */
    bool is_force, is_replace;
    const char *language; /* NULL: not given */
};

static bool options_are_sound(const struct options *options, bool has_more)
{
    const char *wrong = NULL;
    if (options->config == NULL || has_more)
        wrong = "--config FILE is needed, and nothing else but options";
    else if (options->mode_count > 1)
        wrong = "only one of --check, --check-config, --verify, --backup, --restore, --export and "
                "--import";
    else if (options->is_force && options->mode != MODE_BACKUP && options->mode != MODE_EXPORT)
        wrong = "--force goes with --backup and --export";
    else if (options->is_replace && options->mode != MODE_RESTORE && options->mode != MODE_IMPORT)
        wrong = "--replace goes with --restore and --import";
    else if (options->language != NULL && options->mode != MODE_CHECK)
        wrong = "--lang goes with --check";
    else if (options->language != NULL && strcmp(options->language, "vi") != 0 &&
             strcmp(options->language, "en") != 0)
        wrong = "--lang has to be vi or en";
    if (wrong != NULL)
        fprintf(stderr, "tonghopd: %s\nTry 'tonghopd --help'.\n", wrong);
    return wrong == NULL;
}

static void choose_mode(enum mode mode, struct options *options)
{
    options->mode = mode;
    options->mode_count++;
    if (mode != MODE_CHECK && mode != MODE_CHECK_CONFIG && mode != MODE_VERIFY)
        options->file = optarg;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *ret_options)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'},  {"check", no_argument, NULL, 'k'},
        {"check-config", no_argument, NULL, 'C'},  {"verify", no_argument, NULL, 'v'},
        {"backup", required_argument, NULL, 'b'},  {"force", no_argument, NULL, 'f'},
        {"restore", required_argument, NULL, 'r'}, {"replace", no_argument, NULL, 'p'},
        {"export", required_argument, NULL, 'e'},  {"import", required_argument, NULL, 'i'},
        {"help", no_argument, NULL, 'h'},          {"version", no_argument, NULL, 'V'},
        {"lang", required_argument, NULL, 'l'},    {0},
    };
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 'c':
            ret_options->config = optarg;
            break;
        case 'k':
            choose_mode(MODE_CHECK, ret_options);
            break;
        case 'C':
            choose_mode(MODE_CHECK_CONFIG, ret_options);
            break;
        case 'v':
            choose_mode(MODE_VERIFY, ret_options);
            break;
        case 'b':
            choose_mode(MODE_BACKUP, ret_options);
            break;
        case 'f':
            ret_options->is_force = true;
            break;
        case 'r':
            choose_mode(MODE_RESTORE, ret_options);
            break;
        case 'p':
            ret_options->is_replace = true;
            break;
        case 'e':
            choose_mode(MODE_EXPORT, ret_options);
            break;
        case 'i':
            choose_mode(MODE_IMPORT, ret_options);
            break;
        case 'l':
            ret_options->language = optarg;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_SUCCESS;
        case 'V':
            puts(software);
            return EXIT_SUCCESS;
        default:
            fputs("Try 'tonghopd --help'.\n", stderr);
            return EXIT_CONFIG;
        }
    }
    return options_are_sound(ret_options, optind < argc) ? -1 : EXIT_CONFIG;
}

/* Every descriptor that the limits allow: a peer costs one, and libzmq spins when there are none.
 */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* the soft limit stays then */
}

/* Signals are blocked before the context is made, so that libzmq's thread inherits that. */
static int open_signals(void)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
        return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* `fallback`, where the kernel has none to give: nothing secret hangs on it. */
static uint64_t random_number(uint64_t fallback)
{
    uint64_t number;
    return getrandom(&number, sizeof(number), 0) == (ssize_t)sizeof(number) ? number : fallback;
}

static struct node_options node_options_of(const struct conf *conf)
{
    struct node_options options = {
        .unit = conf->unit,
        .name = conf->name,
        .has_parent = conf->parent_endpoint != NULL,
        .parent_endpoint = conf->parent_endpoint != NULL ? conf->parent_endpoint : "",
        .software = software,
        .remind_every_days = conf->remind_every_days,
        .remind_before_days = conf->remind_before_days,
        .state_every_ms = NODE_STATE_EVERY_MS,
        .seed = random_number((uint64_t)clock_now().us),
    };
    memcpy(options.parent_key, conf->parent_key, sizeof(options.parent_key));
    return options;
}

static struct store_options store_options_of(const struct conf *conf)
{
    return (struct store_options){.map_size_bytes = (uint64_t)conf->map_size_mib << 20,
                                  .reserve_bytes = (uint64_t)conf->reserve_mib << 20,
                                  .software = software,
                                  .epoch = random_number((uint64_t)clock_now().us)};
}

/* What another FILE or another option would have avoided is usage. */
static int exit_status_of(enum err err)
{
    if (err == ERR_USAGE || err == ERR_EXISTS || err == ERR_NOT_FOUND)
        return EXIT_CONFIG;
    return err == ERR_OK ? EXIT_SUCCESS : EXIT_FAILED;
}

static bool is_in_vietnamese(const struct options *options)
{
    return options->language != NULL && strcmp(options->language, "vi") == 0;
}

/* It was read; what else a start and a reload refuse is a node that is its own parent. */
static int check_config(const struct conf *conf, const char *conf_path)
{
    uint8_t key[KEY_SIZE];
    bool is_wrong = setup_public(conf_path, conf, key) && reload_names_itself(conf, key);
    return is_wrong ? EXIT_CONFIG : EXIT_SUCCESS;
}

static int work_offline(const struct conf *conf, const struct options *options)
{
    struct offline offline = {
        .conf = conf, .store = store_options_of(conf), .node = node_options_of(conf)};
    enum err err = ERR_OK;
    if (options->mode == MODE_CHECK_CONFIG)
        return check_config(conf, options->config);
    if (options->mode == MODE_CHECK)
        return setup_check(options->config, conf, is_in_vietnamese(options)) ? EXIT_SUCCESS
                                                                             : EXIT_CONFIG;
    if (options->mode == MODE_VERIFY)
        return offline_verify(&offline) == ERR_OK ? EXIT_SUCCESS : EXIT_FAILED;
    if (options->mode == MODE_BACKUP)
        err = offline_backup(&offline, options->file, options->is_force);
    else if (options->mode == MODE_RESTORE)
        err = offline_restore(&offline, options->file, options->is_replace);
    else if (options->mode == MODE_EXPORT)
        err = offline_export(&offline, options->file, options->is_force);
    else if (options->mode == MODE_IMPORT)
        err = offline_import(&offline, options->file, options->is_replace);
    return exit_status_of(err);
}

/* It starts all the same: a public key that was not renewed does no harm. */
static void check_public(const struct conf *conf, const char *conf_path, const char *origin,
                         const struct key_pair *pair)
{
    char *other = setup_other_public(conf_path, conf, pair);
    char key[KEY_TEXT_SIZE];
    if (other != NULL)
        log_event(LOG_EVENT_KEY_OF_ANOTHER, LOG_FIELDS(.key = key),
                  "the secret key in %s, which belongs to %s, is not that of %s: put the right "
                  "key there, or the right NAME.pub, and restart",
                  origin, key_format(pair->public_key, key), other);
    free(other);
}

static enum err load_key(const struct conf *conf, const char *conf_path, struct key_pair *ret_pair)
{
    char *origin = setup_key_origin(conf_path, conf), *open_key;
    enum err err = key_load_copy(conf->key_file, origin, ret_pair);
    if (err == ERR_OK)
        check_public(conf, conf_path, origin, ret_pair);
    if (err == ERR_OK && (open_key = setup_open_key(conf_path, conf)) != NULL) {
        log_event(LOG_EVENT_KEY_FILE_WRONG, LOG_FIELDS(.error = ERR_FORBIDDEN),
                  "key file %s: others than its owner may use it; run: chmod 600 %s, and make a "
                  "new key if somebody may have read this one",
                  open_key, open_key);
        free(open_key);
    }
    free(origin);
    return err;
}

/* A large store of an older version takes its time to be brought up to date: the manager would end
 * us in the middle, again at every start. */
static enum err open_store(const struct conf *conf, const struct store_options *options,
                           struct store **ret_store)
{
    (void)sd_notify(0, "EXTEND_TIMEOUT_USEC=3600000000"); /* an hour; nobody has to hear */
    return store_open(conf->state_dir, options, ret_store);
}

/* The seal's key hangs on the secret one and does not give it away. */
static void use_key(const struct key_pair *pair, struct node_options *options)
{
    memcpy(options->public_key, pair->public_key, sizeof(options->public_key));
    digest_of((struct span){pair->secret_key, sizeof(pair->secret_key)}, options->seal_key);
}

static int serve(struct conf *conf, const char *conf_path)
{
    struct store_options store_options = store_options_of(conf);
    struct node_options node_options = node_options_of(conf);
    store_options.unit = conf->unit;
    struct key_pair pair;
    struct store *store = NULL;
    struct node *node = NULL;
    struct loop *loop = NULL;
    int signal_fd = open_signals();
    enum err err = signal_fd >= 0 ? load_key(conf, conf_path, &pair) : ERR_IO;
    bool is_conf_wrong = err == ERR_OK && reload_names_itself(conf, pair.public_key);
    if (is_conf_wrong)
        err = ERR_USAGE;
    if (err == ERR_OK)
        use_key(&pair, &node_options);
    if (err == ERR_OK)
        err = open_store(conf, &store_options, &store);
    if (err == ERR_OK)
        err = node_new(store, &node_options, clock_now(), clock_now_ms(), &node);
    bool is_store_sound = err == ERR_OK; /* also where a port is taken, and all of it tried again */
    if (err == ERR_OK)
        err = loop_new(conf, conf_path, &pair, node, signal_fd, &loop);
    if (err == ERR_OK) {
        uint32_t catalogue = node->catalogue != NULL ? node->catalogue->number : 0;
        log_event(LOG_EVENT_STARTED, LOG_FIELDS(.catalogue = catalogue),
                  "%s serves unit %" PRIu32 "%s%s%s", software, conf->unit,
                  conf->listen_endpoint != NULL ? ", listens on " : "",
                  conf->listen_endpoint != NULL ? conf->listen_endpoint : "",
                  catalogue == 0 ? ", has no catalogue yet" : "");
        (void)sd_notify(0, "READY=1"); /* without a manager there is nobody to tell */
        err = loop_run(loop);
        is_store_sound = err == ERR_OK;
        (void)sd_notify(0, "STOPPING=1");
    }
    loop_free(&loop);
    node_free(&node);
    if (is_store_sound)
        store_end(&store);
    else
        store_close(&store);
    key_wipe(&pair);
    if (signal_fd >= 0)
        close(signal_fd);
    if (is_conf_wrong)
        return EXIT_CONFIG;
    return err == ERR_OK ? EXIT_SUCCESS : EXIT_FAILED;
}

/* For log_set_journal: on a terminal and in a file nobody else tells of a line when it was written,
 * and how grave it is. */
static bool print_dated(void *unused, const struct log_entry *entry)
{
    char stamp[sizeof("2026-11-29T08:00:00+0700")];
    time_t now_s = (time_t)(clock_now().us / 1000000);
    struct tm local;
    (void)unused;
    if (localtime_r(&now_s, &local) == NULL ||
        strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", &local) == 0)
        return false;
    fprintf(stderr, "%s %s: %s\n", stamp, conf_log_level_name((int)entry->level), entry->line);
    return true;
}

static int run(const struct options *options, struct journal *journal)
{
    struct conf conf;
    if (reload_read(options->config, is_in_vietnamese(options), &conf) != ERR_OK)
        return EXIT_CONFIG;
    *journal = (struct journal){.node = conf.name, .unit = conf.unit};
    log_setup((enum log_level)conf.log_level, journal_is_stderr());
    raise_descriptor_limit();
    int status =
        options->mode == MODE_SERVE ? serve(&conf, options->config) : work_offline(&conf, options);
    journal->node = NULL; /* the configuration has it */
    conf_fini(&conf);
    return status;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct journal journal = {0};
    int status = parse_options(argc, argv, &options);
    if (status >= 0)
        return status;
    memory_set_up();
    (void)setvbuf(stderr, NULL, _IOLBF, 0);
    /* The journal may not know any more whose message it was when the sender ends at once; of a
     * line of standard error it does. */
    if (journal_is_stderr() && options.mode != MODE_CHECK_CONFIG)
        log_set_journal(journal_send, &journal);
    else if (options.mode == MODE_SERVE)
        log_set_journal(print_dated, NULL);
    log_setup(LOG_LEVEL_INFO, journal_is_stderr());
    status = run(&options, &journal);
    if (status != EXIT_SUCCESS)
        journal_linger();
    return status;
}
