/* `tonghop catalogue`: check one, publish it at the root, fetch or look at the one in force, or
 * compare two. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/catalogue_diff.h"
#include "client/catalogue_dir.h"
#include "client/catalogue_show.h"
#include "client/clock.h"
#include "client/command.h"
#include "client/file.h"
#include "client/words.h"
#include "text/input.h"
#include "wire/digest.h"

/* A catalogue that was read from disk, and its bytes as they travel. */
struct source {
    struct catalogue *catalogue;
    struct buf bytes;
};

static void source_fini(struct source *source)
{
    catalogue_free(&source->catalogue);
    buf_fini(&source->bytes);
}

/* A folder as its author keeps it, or a file that `fetch` wrote, whose bytes stay as they are. */
static enum err open_source(const char *path, struct problems *problems, struct source *source)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        enum err err = catalogue_dir_read(path, problems, &source->catalogue);
        if (err == ERR_OK)
            wire_pack_catalogue(source->catalogue, &source->bytes);
        return err;
    }
    enum err err = input_read(path, WIRE_CATALOGUE_MAX, problems, &source->bytes);
    if (err != ERR_OK)
        return err;
    err = wire_open_catalogue(span_of(&source->bytes), &source->catalogue, problems);
    if (err != ERR_OK)
        problems_add(
            problems, path, (struct place){0},
            PROBLEM_WORDS(
                problems, "not what `tonghop catalogue fetch` wrote, or damaged: fetch it again",
                "không phải tệp do `tonghop catalogue fetch` ghi ra, hoặc đã hỏng: hãy lấy lại"));
    return err;
}

/* That the holidays of this year, or of the next where a deadline lies there, are yet to be added.
 * Of years before the last one that has any, core tells. */
static void warn_of_holidays(const char *path, const struct catalogue *catalogue,
                             struct problems *problems)
{
    int today_year, last_year = 0, month, day;

    date_split(instant_date(clock_now()), &today_year, &month, &day);
    if (catalogue->holiday_count > 0)
        date_split(catalogue->holidays[catalogue->holiday_count - 1].last, &last_year, &month,
                   &day);
    const int year = catalogue_year_without_holidays(catalogue, (uint16_t)today_year);
    if (last_year > 0 && year > last_year)
        problems_warn(problems, path, (struct place){0},
                      PROBLEM_WORDS(problems,
                                    "no public holiday of %d is known yet, and deadlines are "
                                    "counted in working days: add those of that year",
                                    "chưa có ngày nghỉ lễ nào của năm %d, mà hạn nộp tính theo "
                                    "ngày làm việc: thêm các ngày nghỉ của năm đó"),
                      year);
}

/* Reads and checks it; prints everything that is wrong with it. */
static int read_source(const struct common *common, const char *path, struct source *source)
{
    struct problems problems = {.is_vietnamese = !common->is_english};
    enum err err = open_source(path, &problems, source);
    if (err == ERR_OK)
        warn_of_holidays(path, source->catalogue, &problems);
    command_print_problems(&problems);
    if (err != ERR_OK)
        command_say(words(common->is_english, WORD_PROBLEMS_FOUND), problems.error_count);
    problems_fini(&problems);
    return err == ERR_OK ? EXIT_DONE : EXIT_INPUT;
}

static int check(const struct common *common, const char *path)
{
    struct source source = {0};
    int status = read_source(common, path, &source);
    if (status == EXIT_DONE)
        command_say(words(common->is_english, WORD_CATALOGUE_FINE), source.catalogue->number,
                    source.catalogue->unit_count, source.catalogue->indicator_count,
                    source.catalogue->form_count);
    source_fini(&source);
    return status;
}

/* Chunk by chunk; the catalogue is in force when the last one is answered, and the node says
 * whether it was before. */
static int send_chunks(const struct common *common, struct connection *connection, uint32_t number,
                       const struct buf *bytes)
{
    uint8_t hash[DIGEST_SIZE];
    size_t count = (bytes->len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE;
    int status = EXIT_DONE;

    digest_of(span_of(bytes), hash);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
        Tonghop__CataloguePublish publish = TONGHOP__CATALOGUE_PUBLISH__INIT;
        Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
        const Tonghop__Envelope *answer;
        size_t start = i * WIRE_CHUNK_SIZE;
        size_t left = bytes->len - start;
        chunk.number = number;
        chunk.hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
        chunk.index = (uint32_t)i;
        chunk.count = (uint32_t)count;
        chunk.data.data = bytes->data + start;
        chunk.data.len = left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE;
        publish.chunk = &chunk;
        request.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH;
        request.catalogue_publish = &publish;
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_DONE, &answer);
        if (status == EXIT_DONE && i + 1 == count)
            command_say("%s", answer->done->text);
    }
    return status;
}

static int publish(const struct common *common, const char *path)
{
    struct source source = {0};
    struct connection *connection = NULL;
    int status = read_source(common, path, &source);
    if (status == EXIT_DONE && source.bytes.len > WIRE_CATALOGUE_MAX) {
        command_say(words(common->is_english, WORD_CATALOGUE_TOO_LARGE), source.bytes.len,
                    WIRE_CATALOGUE_MAX);
        status = EXIT_INPUT;
    }
    if (status == EXIT_DONE)
        status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = send_chunks(common, connection, source.catalogue->number, &source.bytes);
    connection_close(&connection);
    source_fini(&source);
    return status;
}

/* The bytes as they are at the node: packed anew by another version they might have another hash,
 * and be another catalogue of the same number. */
static int fetch(const struct common *common, const char *path, bool is_forced)
{
    char reason[CONNECTION_REASON_SIZE];
    struct connection *connection = NULL;
    struct buf bytes = {0};
    int status = command_connect(common, &connection);
    if (status != EXIT_DONE)
        return status;
    enum err err = connection_fetch_catalogue_bytes(connection, &bytes, reason);
    if (err != ERR_OK) {
        status = command_print_failure(common, err, reason);
    } else if (file_save(path, span_of(&bytes), 0644, is_forced)) {
        command_say(words(common->is_english, WORD_CATALOGUE_FETCHED), path, bytes.len);
    } else {
        const char *why = errno == EEXIST ? words(common->is_english, WORD_CATALOGUE_FILE_EXISTS)
                                          : strerror(errno);
        command_say(words(common->is_english, WORD_CATALOGUE_CANNOT_WRITE), path, why);
        status = EXIT_INPUT;
    }
    buf_fini(&bytes);
    connection_close(&connection);
    return status;
}

/* The catalogue in force at the node, which the caller frees. */
static int fetch_in_force(const struct common *common, struct catalogue **ret_catalogue)
{
    char reason[CONNECTION_REASON_SIZE];
    struct connection *connection = NULL;
    int status = command_connect(common, &connection);
    if (status != EXIT_DONE)
        return status;
    enum err err = connection_fetch_catalogue(connection, ret_catalogue, reason);
    if (err != ERR_OK)
        status = command_print_failure(common, err, reason);
    connection_close(&connection);
    return status;
}

static int show(const struct common *common, const char *what)
{
    struct catalogue *catalogue = NULL;
    int status = fetch_in_force(common, &catalogue);
    if (status == EXIT_DONE)
        catalogue_show(common, catalogue, what, stdout);
    catalogue_free(&catalogue);
    return status;
}

/* Prints what changes, then what may not, judged as if it were published today. What is said of the
 * numbers is about the node, so it is said here where the earlier one is not in force there. */
static int compare(const struct common *common, const struct catalogue *before, bool is_in_force,
                   const struct catalogue *after)
{
    struct catalogue_changes changes = {0};
    struct problems problems = {.is_vietnamese = !common->is_english};
    catalogue_diff(common, before, after, stdout, &changes);
    if (changes.count == 0) {
        command_say("%s", words(common->is_english, WORD_DIFF_SAME));
        return EXIT_DONE;
    }
    if (changes.formula_count > 0)
        command_say(words(common->is_english, WORD_DIFF_FORMULAS), changes.formula_count);
    struct catalogue later = *after; /* its parts are only read */
    size_t error_count = 0;
    if (!is_in_force && after->number <= before->number) {
        command_say(words(common->is_english, WORD_DIFF_NUMBER), after->number, before->number);
        later.number = before->number + 1;
        error_count = 1;
    }
    (void)catalogue_check_succession(before, &later, instant_date(clock_now()), &problems);
    command_print_problems(&problems);
    error_count += problems.error_count;
    if (error_count > 0)
        command_say(words(common->is_english, WORD_DIFF_REFUSED), error_count);
    problems_fini(&problems);
    return error_count == 0 ? EXIT_DONE : EXIT_NO;
}

/* `second` NULL: what is in force at the node against `first`. */
static int diff(const struct common *common, const char *first, const char *second)
{
    struct source before = {0}, after = {0};
    int status = second != NULL ? read_source(common, first, &before)
                                : fetch_in_force(common, &before.catalogue);
    if (status == EXIT_DONE)
        status = read_source(common, second != NULL ? second : first, &after);
    if (status == EXIT_DONE)
        status = compare(common, before.catalogue, second == NULL, after.catalogue);
    source_fini(&before);
    source_fini(&after);
    return status;
}

static int show_source(const struct common *common, const char *what, const char *path)
{
    struct source source = {0};
    int status = read_source(common, path, &source);
    if (status == EXIT_DONE)
        catalogue_show(common, source.catalogue, what, stdout);
    source_fini(&source);
    return status;
}

static int run_catalogue(const struct common *common, int argc, char **argv)
{
    const char *action = NULL, *operand = NULL, *second = NULL, *path = NULL;
    bool is_forced = false;
    const struct argument arguments[] = {
        {.name = "check|diff|publish|fetch|show", .value = &action, .is_needed = true},
        {.name = "PATH", .value = &operand},
        {.name = "NEW", .value = &second},
        {.name = "--file", .value = &path},
        {.name = "--force", .is_given = &is_forced},
    };
    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])))
        return EXIT_INPUT;
    bool is_show = strcmp(action, "show") == 0, is_fetch = strcmp(action, "fetch") == 0;
    bool is_publish = strcmp(action, "publish") == 0, is_diff = strcmp(action, "diff") == 0;
    if (!is_show && !is_fetch && !is_publish && !is_diff && strcmp(action, "check") != 0)
        return command_usage("catalogue", words(common->is_english, WORD_CATALOGUE_ACTION), action);
    if ((path != NULL && !is_show) || (is_forced && !is_fetch))
        return command_usage("catalogue", words(common->is_english, WORD_OPTION_UNKNOWN),
                             is_forced ? "--force" : "--file");
    if (second != NULL && !is_diff)
        return command_usage("catalogue", words(common->is_english, WORD_ARGUMENT_EXTRA), second);
    if (is_show && operand != NULL && !catalogue_can_show(operand))
        return command_usage("catalogue", words(common->is_english, WORD_CATALOGUE_SHOW_WHAT),
                             operand);
    if (is_show)
        return path != NULL ? show_source(common, operand, path) : show(common, operand);
    if (operand == NULL)
        return command_usage("catalogue", words(common->is_english, WORD_ARGUMENT_NEEDED),
                             is_fetch  ? "FILE"
                             : is_diff ? "NEW"
                                       : "PATH");
    if (is_fetch)
        return fetch(common, operand, is_forced);
    if (is_diff)
        return diff(common, operand, second);
    return is_publish ? publish(common, operand) : check(common, operand);
}

const struct command command_catalogue = {
    .name = "catalogue",
    .arguments = "check PATH | diff [OLD] NEW | publish PATH | fetch FILE | show [WHAT]",
    .summary =
        "check, compare, publish, fetch or look at the catalogue of units, indicators and forms",
    .summary_vi = "kiểm tra, so sánh, công bố, lấy về hoặc xem danh mục đơn vị, chỉ tiêu, biểu mẫu",
    .help =
        "PATH is a folder with catalogue.ini, units.csv, indicators.csv and forms.csv, and if\n"
        "there are any holidays.csv and exceptions.csv, or a file that `fetch` wrote.\n\n"
        "  check PATH    lists everything that is wrong with it; needs no node\n"
        "  diff OLD NEW  lists what changes from one to the other, and what of it may not; "
        "without\n"
        "                OLD, from the one in force at the node\n"
        "  publish PATH  checks, then puts it in force at the root node, from where it goes down\n"
        "                the tree; its number has to be higher than the one in force\n"
        "  fetch FILE    writes the catalogue in force at the node into a new file, to be "
        "published\n"
        "                at a root that was restored from an older backup, or lost its disk\n"
        "    --force     a file that is there is replaced\n"
        "  show          what is in force at the node; `show units` (or indicators, forms,\n"
        "                sections, bodies, measures, calendars, holidays, exceptions) lists it\n"
        "    --file PATH shows that one instead\n",
    .help_vi =
        "PATH là thư mục có catalogue.ini, units.csv, indicators.csv và forms.csv, nếu có thì cả\n"
        "holidays.csv và exceptions.csv, hoặc một tệp do `fetch` ghi ra.\n\n"
        "  check PATH    liệt kê mọi lỗi trong danh mục; không cần nút nào đang chạy\n"
        "  diff CŨ MỚI   liệt kê những gì thay đổi từ danh mục này sang danh mục kia, và thay đổi\n"
        "                nào không được phép; không ghi CŨ thì so với danh mục đang dùng ở nút\n"
        "  publish PATH  kiểm tra rồi công bố ở nút trên cùng, từ đó danh mục xuống các cấp; số\n"
        "                của danh mục phải lớn hơn số đang dùng\n"
        "  fetch FILE    ghi danh mục đang dùng ở nút ra một tệp mới, để công bố ở nút trên cùng\n"
        "                khi nút ấy được khôi phục từ bản sao lưu cũ hoặc bị mất đĩa\n"
        "    --force     ghi đè tệp đã có\n"
        "  show          danh mục đang dùng ở nút; `show units` (hoặc indicators, forms,\n"
        "                sections, bodies, measures, calendars, holidays, exceptions) liệt kê chi\n"
        "                tiết\n"
        "    --file PATH xem danh mục ở đó thay cho danh mục của nút\n",
    .run = run_catalogue,
};
