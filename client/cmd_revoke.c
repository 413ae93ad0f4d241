/* `tonghop revoke`: a key can connect no more; what it filed stays. */
#include "client/command.h"
#include "client/words.h"

static int run_revoke(const struct common *common, int argc, char **argv)
{
    const char *key_text = NULL;
    const struct argument arguments[] = {
        {.name = "KEY", .value = &key_text, .is_needed = true},
    };
    uint8_t key[KEY_SIZE];
    char text[KEY_TEXT_SIZE];
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    struct connection *connection = NULL;

    if (!command_parse(common, argc, argv, arguments, 1) ||
        !command_parse_key(common, "revoke", key_text, key))
        return EXIT_INPUT;
    revoke.key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
    request.body_case = TONGHOP__ENVELOPE__BODY_REVOKE;
    request.revoke = &revoke;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_DONE, &answer);
    if (status == EXIT_DONE)
        command_say(words(common->is_english, WORD_REVOKE_DONE), key_format(key, text));
    connection_close(&connection);
    return status;
}

const struct command command_revoke = {
    .name = "revoke",
    .arguments = "KEY",
    .summary = "take a key's right to connect away",
    .summary_vi = "thu hồi một khóa",
    .help =
        "KEY as `tonghop keys` lists it. Its connection ends at once; reports that came with it\n"
        "stay. To let it in again, enrol it again.\n",
    .help_vi =
        "KEY như `tonghop keys` liệt kê. Kết nối của nó bị ngắt ngay; báo cáo đã nộp vẫn còn.\n"
        "Muốn cho vào lại thì đăng ký lại.\n",
    .run = run_revoke,
};
