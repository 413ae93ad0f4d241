/* What each error code means to the person who reads it, and what to do. A switch without default,
 * so that the compiler asks for the words of a new code. */
#include "client/words.h"

#include <string.h>

#include "core/err.h"

struct pair {
    const char *vi;
    const char *en;
};

static struct pair words_of(enum err err)
{
    switch (err) {
#define PAIR(code, vi, en)                                                                         \
    case code:                                                                                     \
        return (struct pair){vi, en}
        PAIR(ERR_OK, "Đã xong.", "Done.");
        PAIR(ERR_USAGE, "Lệnh, tùy chọn hoặc tệp không đúng dạng; xem --help.",
             "The command, option or file is not of the expected form; see --help.");
        PAIR(ERR_SYNTAX, "Không đọc được nội dung này; hãy sửa lại theo đúng dạng.",
             "The text cannot be read as what is expected here; correct it.");
        PAIR(ERR_RANGE,
             "Giá trị nằm ngoài phạm vi cho phép hoặc quá nhiều chữ số thập phân; hãy sửa lại.",
             "The value lies outside its range or has too many decimals; correct it.");
        PAIR(ERR_INVALID, "Nội dung trái với danh mục; hãy sửa các lỗi nêu dưới đây rồi gửi lại.",
             "It breaks a rule of the catalogue; correct what is listed and send it again.");
        PAIR(ERR_NOT_FOUND, "Không tìm thấy; hãy kiểm tra lại mã, kỳ hoặc khóa.",
             "There is no such thing here; check the code, period or key.");
        PAIR(ERR_EXISTS, "Đã có rồi, hoặc có hai lần; hãy nêu rõ hơn hoặc bỏ bớt một.",
             "It is there already, or is there twice; be more precise or remove one.");
        PAIR(ERR_MALFORMED, "Nút không đọc được thông điệp; hãy dùng cùng phiên bản ở hai đầu.",
             "The node cannot read the message; use the same version at both ends.");
        PAIR(ERR_TOO_LARGE, "Vượt quá giới hạn về kích thước hoặc số lượng; hãy chia nhỏ ra.",
             "A limit on size or number would be passed; split it.");
        PAIR(ERR_VERSION, "Phiên bản giao thức không được hỗ trợ; hãy nâng cấp bên cũ hơn.",
             "The protocol version is not supported; upgrade the older side.");
        PAIR(ERR_FORBIDDEN,
             "Không có quyền làm việc này; hãy nhờ người quản trị nút đăng ký khóa với vai trò phù "
             "hợp.",
             "You have no right to do that; ask the node's administrator to enrol your key with a "
             "role that may.");
        PAIR(ERR_FOREIGN,
             "Khóa này không được nộp hoặc xem thay cho đơn vị đó; hãy kiểm tra mã đơn vị.",
             "This key may not speak for that unit; check the unit.");
        PAIR(ERR_NOT_HOME, "Báo cáo của đơn vị đó do một nút khác nhận; hãy nộp ở nút ấy.",
             "Another node takes in the reports of that unit; hand it in there.");
        PAIR(ERR_WARNINGS,
             "Báo cáo có cảnh báo; hãy sửa lại, hoặc nộp với --accept-warnings \"GHI CHÚ\" nếu số "
             "liệu đúng.",
             "The report has warnings; correct it, or file with --accept-warnings \"NOTE\" if the "
             "figures are right.");
        PAIR(
            ERR_STALE,
            "Báo cáo đã được sửa sau khi anh/chị lấy số liệu; hãy xem bản hiện tại rồi nộp lại.",
            "The report was changed in the meantime; look at the current revision and file again.");
        PAIR(ERR_CONFLICT, "Cùng số bản nhưng nội dung khác; hãy báo người vận hành kiểm tra nút.",
             "The same revision is known with another content; the operator has to look at the "
             "node.");
        PAIR(ERR_CATALOGUE, "Nút chưa có danh mục này; hãy chờ danh mục về tới nút rồi thử lại.",
             "The node does not have that catalogue yet; try again when it has come down.");
        PAIR(ERR_CLOSED, "Kỳ báo cáo đã khóa sổ; hãy đề nghị cấp trên nếu cần đính chính.",
             "The period is closed; ask the level above if a correction is needed.");
        PAIR(ERR_NO_SESSION, "Phiên làm việc không còn; hãy chạy lại lệnh.",
             "The session is not known any more; run the command again.");
        PAIR(ERR_IO, "Đọc hoặc ghi không thành công; hãy xem nhật ký của nút rồi thử lại.",
             "Reading or writing failed; see the node's log and try again.");
        PAIR(ERR_FULL, "Nút hết chỗ trên đĩa; người vận hành phải giải phóng chỗ rồi nộp lại.",
             "The node's disk is full; the operator has to make room, then file again.");
        PAIR(ERR_CORRUPT,
             "Dữ liệu lưu ở nút bị hỏng; người vận hành phải khôi phục từ bản sao lưu.",
             "Data stored at the node is damaged; the operator has to restore a backup.");
        PAIR(ERR_BUSY, "Nút đang bận; hãy thử lại sau ít phút.",
             "The node is busy with something else; try again in a few minutes.");
        PAIR(ERR_TIMEOUT, "Không có trả lời: chưa rõ kết quả; chạy lại lệnh là an toàn.",
             "No answer: the outcome is unknown; running the command again is safe.");
#undef PAIR
    case ERR_COUNT:
        break;
    }
    /* A code of a newer program. */
    return (struct pair){
        "Nút từ chối vì lý do mà phiên bản này không biết; hãy nâng cấp lệnh tonghop.",
        "The node refuses for a reason that this version does not know; upgrade tonghop."};
}

const char *words_of_error(bool is_english, const char *code)
{
    enum err err = ERR_OK;
    while (err < ERR_COUNT && strcmp(err_name(err), code) != 0)
        err++;
    struct pair pair = words_of(err);
    return is_english ? pair.en : pair.vi;
}
