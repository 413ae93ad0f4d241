/* `tonghop catalogue`: check a folder, publish it at the root, look at the one in force. */
#include <stdlib.h>
#include <string.h>

#include "client/catalogue_dir.h"
#include "client/catalogue_show.h"
#include "client/command.h"
#include "client/words.h"
#include "wire/digest.h"

/* Reads and checks the folder; prints everything that is wrong with it. */
static int read_folder(const struct common *common, const char *dir,
                       struct catalogue **ret_catalogue)
{
    struct problems problems = {0};
    enum err err = catalogue_dir_read(dir, &problems, ret_catalogue);
    command_print_problems(&problems);
    if (err != ERR_OK)
        command_say(words(common->is_english, WORD_PROBLEMS_FOUND), problems.error_count);
    problems_fini(&problems);
    return err == ERR_OK ? EXIT_DONE : EXIT_INPUT;
}

static int check(const struct common *common, const char *dir)
{
    struct catalogue *catalogue = NULL;
    int status = read_folder(common, dir, &catalogue);
    if (status == EXIT_DONE)
        command_say(words(common->is_english, WORD_CATALOGUE_FINE), catalogue->number,
                    catalogue->unit_count, catalogue->indicator_count, catalogue->form_count);
    catalogue_free(&catalogue);
    return status;
}

/* Chunk by chunk; the catalogue is in force when the last one is answered. */
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
    }
    return status;
}

static int publish(const struct common *common, const char *dir)
{
    struct catalogue *catalogue = NULL;
    struct connection *connection = NULL;
    struct buf bytes = {0};
    int status = read_folder(common, dir, &catalogue);
    if (status != EXIT_DONE)
        return status;
    wire_pack_catalogue(catalogue, &bytes);
    if (bytes.len > WIRE_CATALOGUE_MAX) {
        command_say(words(common->is_english, WORD_CATALOGUE_TOO_LARGE), bytes.len,
                    WIRE_CATALOGUE_MAX);
        status = EXIT_INPUT;
    }
    if (status == EXIT_DONE)
        status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status = send_chunks(common, connection, catalogue->number, &bytes);
    if (status == EXIT_DONE)
        command_say(words(common->is_english, WORD_CATALOGUE_PUBLISHED), catalogue->number);
    connection_close(&connection);
    buf_fini(&bytes);
    catalogue_free(&catalogue);
    return status;
}

static int show(const struct common *common, const char *what)
{
    char reason[CONNECTION_REASON_SIZE];
    struct catalogue *catalogue = NULL;
    struct connection *connection = NULL;
    int status = command_connect(common, &connection);
    if (status != EXIT_DONE)
        return status;
    enum err err = connection_fetch_catalogue(connection, &catalogue, reason);
    if (err == ERR_OK)
        catalogue_show(common, catalogue, what, stdout);
    else
        status = command_print_failure(common, err, reason);
    catalogue_free(&catalogue);
    connection_close(&connection);
    return status;
}

static int run_catalogue(const struct common *common, int argc, char **argv)
{
    const char *action = NULL, *operand = NULL;
    const struct argument arguments[] = {
        {.name = "check|publish|show", .value = &action, .is_needed = true},
        {.name = "DIR", .value = &operand},
    };
    if (!command_parse(common, argc, argv, arguments, 2))
        return EXIT_INPUT;
    if (strcmp(action, "show") == 0) {
        if (operand != NULL && !catalogue_can_show(operand))
            return command_usage("catalogue", words(common->is_english, WORD_CATALOGUE_SHOW_WHAT),
                                 operand);
        return show(common, operand);
    }
    bool is_publish = strcmp(action, "publish") == 0;
    if (!is_publish && strcmp(action, "check") != 0)
        return command_usage("catalogue", words(common->is_english, WORD_CATALOGUE_ACTION), action);
    if (operand == NULL)
        return command_usage("catalogue", words(common->is_english, WORD_ARGUMENT_NEEDED), "DIR");
    return is_publish ? publish(common, operand) : check(common, operand);
}

const struct command command_catalogue = {
    .name = "catalogue",
    .arguments = "check DIR | publish DIR | show [units|indicators|forms]",
    .summary = "check, publish or look at the catalogue of units, indicators and forms",
    .summary_vi = "kiểm tra, công bố hoặc xem danh mục đơn vị, chỉ tiêu, biểu mẫu",
    .help =
        "  check DIR     reads catalogue.ini, units.csv, indicators.csv and forms.csv and lists\n"
        "                everything that is wrong with them; needs no node\n"
        "  publish DIR   checks, then puts it in force at the root node, from where it goes down\n"
        "                the tree; its number has to be higher than the one in force\n"
        "  show          what is in force at the node; `show units` and so on lists it\n",
    .help_vi =
        "  check DIR     đọc catalogue.ini, units.csv, indicators.csv và forms.csv, liệt kê mọi\n"
        "                lỗi; không cần nút nào đang chạy\n"
        "  publish DIR   kiểm tra rồi công bố ở nút trên cùng, từ đó danh mục xuống các cấp; số\n"
        "                của danh mục phải lớn hơn số đang dùng\n"
        "  show          danh mục đang dùng ở nút; `show units`... liệt kê chi tiết\n",
    .run = run_catalogue,
};
