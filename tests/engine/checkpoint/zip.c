/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/zip.h"
#include "../support.h"

static GByteArray *
make(gboolean zip64)
{
    SupportZip *zip = support_zip_new();

    support_zip_add(zip, "a/data.pkl", "hello", 5, 0);
    support_zip_add(zip, "a/data/0", "0123456789", 10, 0);
    support_zip_add(zip, "a/deflated", "xx", 2, 8);
    return support_zip_end(zip, zip64);
}

/* Opens BYTES as a zip, then locates NAME (unless NULL); returns whether all succeeded. */
static gboolean
try(const guint8 *bytes, gsize n, const char *name, GError **error)
{
    g_autoptr(EffNetFile) file = effnet_file_open(support_hold(bytes, n), error);
    g_autoptr(EffNetZip) zip = file ? effnet_zip_open(file, error) : NULL;
    guint64 offset, size;

    return zip && (!name || effnet_zip_locate(zip, name, &offset, &size, error));
}

static void
check_archive(const GByteArray *bytes)
{
    g_autofree char *path = support_write_bytes("zip", bytes);
    g_autoptr(EffNetFile) file = effnet_file_open(path, NULL);
    g_autoptr(EffNetZip) zip = effnet_zip_open(file, NULL);
    EffNetZipMember member;
    guint64 offset, size;

    g_assert_nonnull(zip);
    g_assert_cmpuint(effnet_zip_get_n_entries(zip), ==, 3);
    g_assert_cmpstr(effnet_zip_get_name(zip, 1), ==, "a/data/0");
    g_assert_true(effnet_zip_contains(zip, "a/data.pkl"));
    g_assert_false(effnet_zip_contains(zip, "data.pkl"));
    g_assert_true(effnet_zip_locate(zip, "a/data/0", &offset, &size, NULL));
    g_assert_cmpuint(size, ==, 10);
    g_assert_cmpint(memcmp(bytes->data + offset, "0123456789", 10), ==, 0);
    g_assert_true(effnet_zip_find(zip, "a/deflated", &member, NULL));
    g_assert_cmpuint(member.method, ==, EFFNET_ZIP_DEFLATED);
    g_assert_cmpuint(member.stored_size, ==, 2);
    g_assert_cmpuint(member.size, ==, 2);
    g_assert_false(member.is_encrypted);
    g_assert_cmpint(memcmp(bytes->data + member.offset, "xx", 2), ==, 0);
}

static void
test_archive(void)
{
    g_autoptr(GByteArray) plain = make(FALSE), wide = make(TRUE);
    GByteArray *comment = make(FALSE);

    check_archive(plain);
    check_archive(wide);
    comment->data[comment->len - 2] = 7;
    support_add_text(comment, "comment");
    check_archive(comment);
    g_byte_array_unref(comment);
}

static void
test_refused(void)
{
    g_autoptr(GByteArray) bytes = make(FALSE);
    GError *error = NULL;

    g_assert_false(try(bytes->data, bytes->len, "a/deflated", &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "has a/deflated in it compressed");
    g_assert_false(try(bytes->data, bytes->len, "b", &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "has no b in it");
    g_assert_false(try(bytes->data, 20, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "its directory is missing");
}

/* The record of entry N in the directory. */
static guint8 *
record(GByteArray *bytes, guint n)
{
    for (guint i = 0; i + 4 <= bytes->len; i++)
        if (memcmp(bytes->data + i, "PK\1\2", 4) == 0 && n-- == 0)
            return bytes->data + i;
    g_assert_not_reached();
}

static void
test_lies(void)
{
    static const struct {
        guint at, n; /* offset and bytes in the second entry's record */
        guint64 value;
        const char *error;
    } cases[] = {
        {0, 1, 'X', "fewer entries than it says"},
        {8, 1, 1, "encrypted"},
        {20, 4, 11, "compressed"},
        {28, 2, 60000, "goes beyond the directory"},
        {30, 2, 2, "fewer entries than it says"},
        {42, 4, 1, "not where the directory says"},
        {42, 4, 0xfffffff0, "cut short"},
        {46, 1, 0xff, "not UTF-8"},
        {46, 1, 0, "not UTF-8"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = make(FALSE);
        guint64 value = GUINT64_TO_LE(cases[i].value);

        memcpy(record(bytes, 1) + cases[i].at, &value, cases[i].n);
        g_assert_false(try(bytes->data, bytes->len, "a/data/0", &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
test_sizes(void)
{
    g_autoptr(GByteArray) bytes = make(FALSE), twice = NULL, wide = make(TRUE);
    SupportZip *zip = support_zip_new();
    GError *error = NULL;

    memset(record(bytes, 1) + 20, 0x7f, 8); /* both sizes */
    g_assert_false(try(bytes->data, bytes->len, "a/data/0", &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "goes beyond the end");
    memset(bytes->data + bytes->len - 12, 0xff, 2); /* the number of entries */
    g_assert_false(try(bytes->data, bytes->len, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "fewer entries than it says");
    memset(bytes->data + bytes->len - 6, 0x7f, 4); /* the directory's offset */
    g_assert_false(try(bytes->data, bytes->len, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "its directory lies outside");

    memset(wide->data + wide->len - 22 - 12, 0xff, 8); /* the zip64 record's offset */
    g_assert_false(try(wide->data, wide->len, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "zip64 end record lies outside");
    memset(wide->data + wide->len - 22 - 12, 0, 8);
    g_assert_false(try(wide->data, wide->len, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "zip64 end record is missing");

    support_zip_add(zip, "same", "1", 1, 0);
    support_zip_add(zip, "same", "2", 1, 0);
    twice = support_zip_end(zip, FALSE);
    g_assert_false(try(twice->data, twice->len, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "two files of the same name");
}

/* Sizes that are 2^32 - 1 in the record are in the extra field. */
static void
test_extra(void)
{
    g_autoptr(GByteArray) bytes = NULL;
    SupportZip *zip = support_zip_new();
    guint8 *entry;
    GError *error = NULL;

    support_zip_add(zip, "a", "0123456789", 10, 0);
    entry = zip->directory->data;
    memset(entry + 20, 0xff, 8);
    entry[30] = 20;
    support_add_number(zip->directory, 1, 2);
    support_add_number(zip->directory, 16, 2);
    support_add_number(zip->directory, 10, 8);
    support_add_number(zip->directory, 10, 8);
    bytes = support_zip_end(zip, FALSE);
    g_assert_true(try(bytes->data, bytes->len, "a", NULL));
    record(bytes, 0)[46 + 1 + 2] = 8; /* the field's length: one number instead of two */
    g_assert_false(try(bytes->data, bytes->len, "a", &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "extra field is too short");
}

static void
test_truncations(void)
{
    g_autoptr(GByteArray) bytes = make(TRUE);

    for (gsize n = 1; n < bytes->len; n++) {
        g_autofree guint8 *cut = g_memdup2(bytes->data, n);
        GError *error = NULL;

        g_assert_false(try(cut, n, NULL, &error));
        g_assert_nonnull(error);
        g_clear_error(&error);
    }
}

static void
test_flips(void)
{
    g_autoptr(GByteArray) bytes = make(TRUE);

    for (gsize i = 0; i < 8 * bytes->len; i++) {
        GError *error = NULL;

        bytes->data[i / 8] ^= 1u << i % 8;
        g_assert_cmpint(try(bytes->data, bytes->len, "a/data/0", &error), ==, error == NULL);
        g_clear_error(&error);
        bytes->data[i / 8] ^= 1u << i % 8;
    }
}

static void
test_long_name(void)
{
    g_autofree char *name = g_strnfill(1025, 'x');
    SupportZip *zip = support_zip_new();
    g_autoptr(GByteArray) bytes = NULL;
    g_autoptr(EffNetFile) file = NULL;
    GError *error = NULL;

    support_zip_add(zip, name, "", 0, 0);
    bytes = support_zip_end(zip, FALSE);
    file = effnet_file_open(support_hold(bytes->data, bytes->len), NULL);
    g_assert_null(effnet_zip_open(file, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "a name in it has more than 1024 bytes");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/zip/archive", test_archive);
    g_test_add_func("/model/zip/refused", test_refused);
    g_test_add_func("/model/zip/lies", test_lies);
    g_test_add_func("/model/zip/sizes", test_sizes);
    g_test_add_func("/model/zip/extra", test_extra);
    g_test_add_func("/model/zip/truncations", test_truncations);
    g_test_add_func("/model/zip/flips", test_flips);
    g_test_add_func("/model/zip/long-name", test_long_name);
    return g_test_run();
}
