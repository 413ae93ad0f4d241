/* Texts: a few lines for each rule of a grammar, and the sample files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/seeds.h"

enum { SAMPLE_MAX = 4096 };

static void put_texts(const char *target, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        seeds_put(target, (struct span){(const uint8_t *)texts[i], strlen(texts[i])});
}
#define PUT(target, texts) put_texts(target, texts, LENGTH(texts))

/* The beginning of a file, whole lines. */
static void put_file(const char *target, const char *root, const char *name)
{
    uint8_t bytes[SAMPLE_MAX];
    char *path = mem_printf("%s/deploy/sample/%s", root, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    while (size == sizeof bytes && bytes[size - 1] != '\n')
        size--;
    (void)fclose(file);
    seeds_put(target, (struct span){bytes, size});
    free(path);
}

static void make_periods(void)
{
    static const char *const texts[] = {"2024",  "2024-S1",    "2024-S2",    "1900-S1",   "2999",
                                        "12-15", "-1/12-15",   "+1/01-10",   "0/06-14",   "02-29",
                                        "1899",  "2024-02-29", "0001-01-01", "9999-12-31"};
    /* The administrative calendar and the statistical one, as period.c reads them. */
    static const uint8_t calendars[][12] = {{1, 12, 15, 2, 6, 14, 2, 6, 15, 2, 12, 14},
                                            {2, 1, 1, 2, 6, 30, 2, 7, 1, 2, 12, 31}};
    PUT("period", texts);
    for (size_t i = 0; i < LENGTH(calendars); i++)
        seeds_put("period", (struct span){calendars[i], sizeof calendars[i]});
}

static void make_numbers(void)
{
    /* Two bytes in front: decimals, and whether they are all written. */
    static const char *const texts[] = {
        "\1\1"
        "2.861",
        "\1\1"
        "75,6",
        "\2\1"
        "75.60",
        "\6\2"
        "-0,000001",
        "\2\2"
        "  +12  ",
        "\1\1"
        "\u2212"
        "5",
        "\1\1"
        "1.234.567,5",
        "\1\1"
        "0.123",
        "\1\1"
        "9223372036854775807",
        "\1\1"
        "-9223372036854775808",
        "\22\1"
        "0,000000000000000001",
        "\1\1"
        "12.34.567",
        "\1\1"
        ">=",
        "\1\1"
        "..",
        "\1\1"
        "<=",
        "\1\1"
        "~",
        "\1\1"
        "=",
        "\3\1"
        "1.000,000",
    };
    PUT("number", texts);
}

static void make_words(void)
{
    /* A byte in front: decimals. */
    static const char *const texts[] = {
        "\7"
        "trên 28 tỷ đồng",
        "\1"
        "2.861",
        "\1"
        "gần 400 nghìn lượt",
        "\1"
        "khoảng 1,5 triệu đồng",
        "\2"
        "76,35 %",
        "\1"
        "450-500 triệu",
        "\1"
        "từ 5 đến 10",
        "\1"
        "hàng chục tỉ đồng",
        "\1"
        "hundreds of millions",
        "\6"
        "at least 1.5 billion",
        "\1"
        "-5 - 10",
        "\1"
        "1.500 triệu",
        "\1"
        "- Trong đó: tổ hoà giải (“x”)",
        "\1"
        "1.2. E\u0323\u0302 ẸÊ",
    };
    PUT("words", texts);
}

static void make_formulas(void)
{
    static const char *const texts[] = {
        "= 100 * model.recognised / model.registered",
        "= dialogue.district + dialogue.commune - 3",
        "count@commune(unit.type = xa)",
        "count@commune(unit.type != thi_tran and contrib.land >= 0.5)",
        "count@district(unit)",
        "= count@commune(poverty.poor > 0 or not (balance < -1.25)) / count@commune(unit)",
        "= -(balance + 7) * (first.day - pupil.rate)",
        "= 1 / 3 + 2 / 3",
        "= -1 / 4",
        "= ((((((1))))))",
        "= model.registered = 1",
        "= balance / contrib.land",
        "count@province(unit)",
        "= 9223372036854775807 * 9223372036854775807 * balance",
        "count@commune(count@district(unit) = 1)",
        "<= model.recognised",
        "warn: >= dialogue.district + dialogue.commune; commune|district in {0, -1.5, 2}",
        "== 2 * contrib.land; < count@commune(unit); > 1 / 3; != 0",
        "commune <= 1; warn: province != balance / 3",
    };
    static const uint8_t operands[] = "\0\1\2\3\4\5\6\7\x8\x9\xf1\xff\x7f\x80\x1\x2\x3\x4\x40\x41";
    struct buf with_operands = {0};
    PUT("formula", texts);
    for (size_t i = 0; i < LENGTH(texts); i++) {
        buf_put(&with_operands, texts[i], strlen(texts[i]));
        buf_put(&with_operands, operands, sizeof operands);
        seeds_take("formula", &with_operands);
    }
}

static void make_csv(const char *root)
{
    static const char *const texts[] = {
        "indicator,value\nmodel.registered,12\n",
        "indicator,value,qualifier,upper,note,unit\n"
        "model.registered,12,=,,\"b\303\241o \"\"c\303\241o\"\"\",23857\r\n"
        "contrib.land,75.6,..,80.0,,23860\r\nbalance,-2.5,~,,,id:23860\r\n"
        "security.team,3,>=,,,code:23888\r\n",
        "indicator,value\nmodel.registered,2.861\ncontrib.land,\"75,6\"\npoverty.poor,\n",
        "\357\273\277Indicator, Value \rmodel.recognised,5\rmodel.recognised.collective,3\r",
        "indicator;value\nmodel.registered;1\n",
        "indicator,value\nmodel.recognised,1\nmodel.recognised,2\nmodel.recognition_rate,5\n",
        "indicator,value\n\"model.registered,1\n",
        "sep=;\r\nBÁO CÁO;;\r\nTT;Chỉ tiêu;ĐVT;Số liệu;Ghi chú\r\nI;Chung;;;\r\n"
        "1;Mô hình đăng ký;mô hình;2.861;\r\n;Trong đó:;;;\r\n;- cá nhân;;hàng trăm;\"a\nb\"\r\n"
        "2;Đất hiến;m2;trên 75,6;\r\n;;;ngày 14;\r\n",
        "Xã\tMã\tTên chỉ tiêu\tKết quả\tDấu\tCận trên\nBình An\tpoverty.poor\tHộ nghèo\t4\t..\t5 "
        "hộ\n",
        "mã đơn vị,đơn vị,chỉ tiêu,số liệu\n23860,Xã Bình An,Hộ nghèo,4\n,Đồi Xanh,Hộ ngheo,5\n",
        "\xFF\xFEi\nv",
        "indicator,value,\nmodel.registered,1,x,y\nno.such,1\n",
        "id,code,level,type,parent,from,to,name_vi,name_en,successors\n"
        "70,70,commune,xa,631,2024-01-01,,X\303\243,,\n71,71,commune,xa,631,,2024-06-30,Y,,70|"
        "23860\n",
        "unit,form,from,to,reason\n23860,general,2024-01-01,2024-12-31,L\303\251\n23857,,,2023-12-"
        "31,"
        "x\n1,no,1,,\n",
        "number,code,name_vi,name_en,due,accept,types,body,periods\n9,f,F,,commune,,xa|thi_tran,,"
        "s1|"
        "y\n10,g,G,,,,no,no,s3\n",
    };
    static const char *const files[] = {
        "bao-cao.csv",
        "gia-lai/catalogue/units.csv",
        "gia-lai/catalogue/forms.csv",
        "gia-lai/catalogue/indicators.csv",
        "nuoc-sach/catalogue/forms.csv",
        "nuoc-sach/catalogue/holidays.csv",
        "gia-lai/published.csv",
        "gia-lai/reports/2024/631.csv",
        "gia-lai/reports/2024-S1/632-communes.csv",
    };
    PUT("csv", texts);
    for (size_t i = 0; i < LENGTH(files); i++)
        put_file("csv", root, files[i]);
}

static void make_ini(const char *root)
{
    static const char *const texts[] = {
        "[node]\nunit = 64\nlog_level = debug\nmap_size_mib = 1\nreserve_mib = 0\n"
        "state_dir = /a\nruntime_dir = /b\nkey_file = /c\n[listen]\nendpoint = tcp://*:7464\n",
        "[node]\nunit = 0\nunit = 1\nnope = 2\n",
        "; only a comment\n# another\n\n",
        "key = before any section\n[a b]\nname: value ; not a comment\n",
        "[catalogue]\nnumber = 1\ntitle_vi = X\n[calendar]\ns1_first = -1/12-15\ns1_last = 06-14\n"
        "s2_first = 06-15\ns2_last = 12-14\n[level province]\nname_vi = T\n[type tinh]\n"
        "name_vi = t\n",
        "[section\nx = 1\n]\n=\n[]\n",
        "[calendar]\ns1_first = 01-01\n[calendar 2026]\ns1_first = -1/12-15\ns1_last = 06-30\n"
        "s2_first = 07-01\ns2_last = 12-31\n[calendar 2027]\n[calendar 27]\n",
    };
    static const char *const files[] = {"conf/root.conf",
                                        "conf/district.conf",
                                        "conf/leaf.conf",
                                        "conf/reporter.conf",
                                        "gia-lai/catalogue/catalogue.ini",
                                        "nuoc-sach/catalogue/catalogue.ini"};
    PUT("ini", texts);
    for (size_t i = 0; i < LENGTH(files); i++)
        put_file("ini", root, files[i]);
}

static void make_http(void)
{
    static const char *const texts[] = {
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nAccept: */*\r\n\r\n",
        "GET /metrics?a=b HTTP/1.0\n\n",
        "GET / HTTP/1.1\r\n\r\n",
        "HEAD /metrics HTTP/1.1\r\n\r\n",
        "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        "GET /metrics HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
        "GET /metrics HTTP/1.1\r\n",
        "time 1732150000000000\nresult ok\nreports 12\ndifferences 0\n",
        "time 5\nresult differs\nreports 18446744073709551615\ndifferences 3\n",
        "time 253402300799999999\nresult failed\nerror too-large\nmore 1\n",
    };
    PUT("http", texts);
}

void seeds_make_texts(const char *root)
{
    make_periods();
    make_numbers();
    make_words();
    make_formulas();
    make_csv(root);
    make_ini(root);
    make_http();
}
