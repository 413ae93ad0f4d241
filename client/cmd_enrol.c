/* `tonghop enrol`: lets a key connect, as what, and for which unit. */
#include "client/command.h"
#include "client/role.h"
#include "client/words.h"

static int run_enrol(const struct common *common, int argc, char **argv)
{
    const char *unit = NULL, *key_text = NULL, *role_text = NULL, *name = NULL;
    const struct argument arguments[] = {
        {.name = "UNIT", .value = &unit, .is_needed = true},
        {.name = "KEY", .value = &key_text, .is_needed = true},
        {.name = "--role", .value = &role_text, .is_needed = true},
        {.name = "--name", .value = &name},
    };
    uint8_t key[KEY_SIZE];
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    const Tonghop__Envelope *answer;
    struct connection *connection = NULL;

    if (!command_parse(common, argc, argv, arguments, sizeof(arguments) / sizeof(arguments[0])) ||
        !command_parse_unit_id(common, "enrol", unit, &enrol.unit) ||
        !command_parse_key(common, "enrol", key_text, key))
        return EXIT_INPUT;
    if (role_parse(role_text, &enrol.role) != ERR_OK)
        return command_usage("enrol", words(common->is_english, WORD_OPTION_CHOICE), "--role",
                             "node | reporter | reader | admin");
    enrol.key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
    enrol.name = command_request_text(name);
    request.body_case = TONGHOP__ENVELOPE__BODY_ENROL;
    request.enrol = &enrol;
    int status = command_connect(common, &connection);
    if (status == EXIT_DONE)
        status =
            command_request(common, connection, &request, TONGHOP__ENVELOPE__BODY_DONE, &answer);
    if (status == EXIT_DONE)
        command_say("%s", answer->done->text); /* it knows the unit's name */
    connection_close(&connection);
    return status;
}

const struct command command_enrol = {
    .name = "enrol",
    .arguments = "UNIT KEY --role node|reporter|reader|admin [--name TEXT]",
    .summary = "let a key connect to this node",
    .summary_vi = "đăng ký một khóa để nối vào nút này",
    .help =
        "UNIT is the unit's id in the catalogue, KEY the content of its NAME.pub; `tonghop init`\n"
        "prints the whole line. Enrolling a key again changes its unit, role and name.\n\n"
        "  --role node       a daemon of that unit: from now on the home of its reports\n"
        "  --role reporter   files reports of that unit and those beneath it, and reads them\n"
        "  --role reader     reads everything of that unit and those beneath it\n"
        "  --role admin      enrols, revokes, publishes the catalogue, reads\n"
        "  --name TEXT       whose key it is, for `tonghop keys`\n",
    .help_vi =
        "UNIT là mã số (id) của đơn vị trong danh mục, KEY là nội dung tệp NAME.pub; `tonghop "
        "init`\n"
        "in ra cả dòng lệnh. Đăng ký lại một khóa là đổi đơn vị, vai trò và tên của nó.\n\n"
        "  --role node       nút của đơn vị đó: từ nay là nơi nhận báo cáo của đơn vị\n"
        "  --role reporter   bên nộp báo cáo của đơn vị đó và cấp dưới; được xem các báo cáo ấy\n"
        "  --role reader     xem mọi số liệu của đơn vị đó và cấp dưới\n"
        "  --role admin      đăng ký, thu hồi khóa, công bố danh mục, xem\n"
        "  --name TÊN        khóa của ai, hiện trong `tonghop keys`\n",
    .run = run_enrol,
};
