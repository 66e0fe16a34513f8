/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "zip.h"

#define END_SIGNATURE       0x06054b50u
#define END_SIZE            22
#define END64_SIGNATURE     0x06064b50u
#define END64_SIZE          56
#define LOCATOR64_SIGNATURE 0x07064b50u
#define LOCATOR64_SIZE      20
#define ENTRY_SIGNATURE     0x02014b50u
#define ENTRY_SIZE          46
#define LOCAL_SIGNATURE     0x04034b50u
#define LOCAL_SIZE          30
#define FLAG_ENCRYPTED      1
#define MAX_DIRECTORY       (64u << 20)
#define MAX_NAME            1024 /* bytes, as errors print it */

typedef struct {
    char *name;
    guint64 size, stored_size, local; /* LOCAL: the local header's offset */
    guint method, flags;
} Entry;

struct _EffNetZip {
    const EffNetFile *file;
    GArray *entries;
    GHashTable *by_name; /* name to index + 1 */
};

typedef struct {
    guint64 offset, size, n_entries;
} Directory;

static guint
get16(const guint8 *p)
{
    return p[0] | (guint)p[1] << 8;
}

static guint32
get32(const guint8 *p)
{
    return get16(p) | (guint32)get16(p + 2) << 16;
}

static guint64
get64(const guint8 *p)
{
    return get32(p) | (guint64)get32(p + 4) << 32;
}

static gboolean
fail(const EffNetFile *file, GError **error, const char *what)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s is a damaged zip file: %s",
                file->path, what);
    return FALSE;
}

/* Reads the zip64 end record, which has the sizes that do not fit the old one; a locator just
 * before the old one points to it. */
static gboolean
read_end64(const EffNetFile *file, guint64 end, Directory *directory, GError **error)
{
    guint8 record[END64_SIZE];
    guint64 at;

    if (end < LOCATOR64_SIZE)
        return TRUE;
    if (!effnet_file_read(file, end - LOCATOR64_SIZE, record, LOCATOR64_SIZE, error))
        return FALSE;
    if (get32(record) != LOCATOR64_SIGNATURE)
        return TRUE;
    at = get64(record + 8);
    if (!effnet_range_fits(at, END64_SIZE, end))
        return fail(file, error, "its zip64 end record lies outside");
    if (!effnet_file_read(file, at, record, END64_SIZE, error))
        return FALSE;
    if (get32(record) != END64_SIGNATURE)
        return fail(file, error, "its zip64 end record is missing");
    directory->n_entries = get64(record + 32);
    directory->size = get64(record + 40);
    directory->offset = get64(record + 48);
    return TRUE;
}

/* Finds the end record, searching backwards: a comment of up to 65535 bytes follows it. */
static gboolean
find_directory(const EffNetFile *file, Directory *directory, GError **error)
{
    gsize n = (gsize)MIN(file->size, END_SIZE + 65535);
    g_autofree guint8 *tail = g_malloc(n);
    guint64 begin = file->size - n;

    if (!effnet_file_read(file, begin, tail, n, error))
        return FALSE;
    for (gsize i = n < END_SIZE ? 0 : n - END_SIZE + 1; i > 0; i--) {
        const guint8 *end = tail + i - 1;

        if (get32(end) != END_SIGNATURE || get16(end + 20) != n - END_SIZE - (i - 1))
            continue;
        directory->n_entries = get16(end + 10);
        directory->size = get32(end + 12);
        directory->offset = get32(end + 16);
        return read_end64(file, begin + i - 1, directory, error);
    }
    return fail(file, error, "its directory is missing, it may be cut short");
}

/* Reads the zip64 field of an entry's extra data. It has those of size, stored size and offset, in
 * this order, whose bits are all ones in the entry itself. */
static gboolean
read_extra64(const guint8 *extra, gsize n, Entry *entry)
{
    guint64 *const wide[] = {&entry->size, &entry->stored_size, &entry->local};

    while (n >= 4) {
        guint id = get16(extra);
        gsize length = get16(extra + 2), at = 4;

        if (length > n - 4)
            return FALSE;
        for (gsize i = 0; id == 1 && i < G_N_ELEMENTS(wide); i++) {
            if (*wide[i] != G_MAXUINT32)
                continue;
            if (at + 8 > length + 4)
                return FALSE;
            *wide[i] = get64(extra + at);
            at += 8;
        }
        extra += 4 + length;
        n -= 4 + length;
    }
    return TRUE;
}

/* Reads the record at P, where N bytes are left; returns its length, or 0 with the error set. */
static gsize
read_entry(EffNetZip *zip, const guint8 *p, gsize n, GError **error)
{
    gsize name, extra, length;
    Entry entry;

    if (n < ENTRY_SIZE || get32(p) != ENTRY_SIGNATURE)
        return (gsize)fail(zip->file, error, "its directory has fewer entries than it says");
    name = get16(p + 28);
    extra = get16(p + 30);
    length = ENTRY_SIZE + name + extra + get16(p + 32);
    if (length > n)
        return (gsize)fail(zip->file, error, "an entry goes beyond the directory");
    entry = (Entry){
        .flags = get16(p + 8),
        .method = get16(p + 10),
        .stored_size = get32(p + 20),
        .size = get32(p + 24),
        .local = get32(p + 42),
    };
    if (!read_extra64(p + ENTRY_SIZE + name, extra, &entry))
        return (gsize)fail(zip->file, error, "an entry's extra field is too short");
    if (name > MAX_NAME)
        return (gsize)fail(zip->file, error, "a name in it has more than 1024 bytes");
    if (!g_utf8_validate((const char *)p + ENTRY_SIZE, (gssize)name, NULL))
        return (gsize)fail(zip->file, error, "a name in it is not UTF-8");
    entry.name = g_strndup((const char *)p + ENTRY_SIZE, name);
    g_array_append_val(zip->entries, entry);
    if (g_hash_table_insert(zip->by_name, entry.name, GUINT_TO_POINTER(zip->entries->len)))
        return length;
    return (gsize)fail(zip->file, error, "it has two files of the same name");
}

static gboolean
read_directory(EffNetZip *zip, const Directory *directory, GError **error)
{
    g_autofree guint8 *records = NULL;
    gsize at = 0;

    if (directory->size > MAX_DIRECTORY ||
        !effnet_range_fits(directory->offset, directory->size, zip->file->size))
        return fail(zip->file, error, "its directory lies outside of the file");
    if (directory->n_entries > directory->size / ENTRY_SIZE)
        return fail(zip->file, error, "its directory has fewer entries than it says");
    records = g_malloc(directory->size + 1);
    if (!effnet_file_read(zip->file, directory->offset, records, directory->size, error))
        return FALSE;
    for (guint64 i = 0; i < directory->n_entries; i++) {
        gsize length = read_entry(zip, records + at, directory->size - at, error);

        if (!length)
            return FALSE;
        at += length;
    }
    return TRUE;
}

static void
clear_entry(gpointer entry)
{
    g_free(((Entry *)entry)->name);
}

EffNetZip *
effnet_zip_open(const EffNetFile *file, GError **error)
{
    g_autoptr(EffNetZip) zip = g_new0(EffNetZip, 1);
    Directory directory = {0};

    zip->file = file;
    zip->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(zip->entries, clear_entry);
    zip->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    if (!find_directory(file, &directory, error) || !read_directory(zip, &directory, error))
        return NULL;
    return g_steal_pointer(&zip);
}

void
effnet_zip_free(EffNetZip *zip)
{
    if (!zip)
        return;
    g_hash_table_unref(zip->by_name);
    g_array_unref(zip->entries);
    g_free(zip);
}

guint
effnet_zip_get_n_entries(const EffNetZip *zip)
{
    return zip->entries->len;
}

const char *
effnet_zip_get_name(const EffNetZip *zip, guint index)
{
    return g_array_index(zip->entries, Entry, index).name;
}

gboolean
effnet_zip_contains(const EffNetZip *zip, const char *name)
{
    return g_hash_table_contains(zip->by_name, name);
}

/* Finds where ENTRY's bytes start. The local header repeats the name, and has an extra field of its
 * own length, which torch uses for alignment. */
static gboolean
find_data(const EffNetZip *zip, const Entry *entry, guint64 *offset, GError **error)
{
    gsize length = strlen(entry->name);
    g_autofree guint8 *header = g_malloc(LOCAL_SIZE + length);

    if (!effnet_file_read(zip->file, entry->local, header, LOCAL_SIZE + length, error))
        return FALSE;
    if (get32(header) != LOCAL_SIGNATURE || get16(header + 26) != length ||
        memcmp(header + LOCAL_SIZE, entry->name, length) != 0)
        return fail(zip->file, error, "a file's header is not where the directory says");
    *offset = entry->local + LOCAL_SIZE + length + get16(header + 28);
    if (!effnet_range_fits(*offset, entry->stored_size, zip->file->size))
        return fail(zip->file, error, "a file in it goes beyond the end");
    return TRUE;
}

gboolean
effnet_zip_find(const EffNetZip *zip, const char *name, EffNetZipMember *member, GError **error)
{
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(zip->by_name, name));
    const Entry *entry;

    if (!index) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s has no %s in it", zip->file->path,
                    name);
        return FALSE;
    }
    entry = &g_array_index(zip->entries, Entry, index - 1);
    *member = (EffNetZipMember){.size = entry->size,
                                .stored_size = entry->stored_size,
                                .method = entry->method,
                                .is_encrypted = entry->flags & FLAG_ENCRYPTED};
    return find_data(zip, entry, &member->offset, error);
}

gboolean
effnet_zip_locate(const EffNetZip *zip, const char *name, guint64 *offset, guint64 *size,
                  GError **error)
{
    EffNetZipMember member;

    if (!effnet_zip_find(zip, name, &member, error))
        return FALSE;
    if (member.method != EFFNET_ZIP_STORED || member.is_encrypted ||
        member.stored_size != member.size) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s has %s in it %s, where torch.save() stores it plainly", zip->file->path,
                    name, member.is_encrypted ? "encrypted" : "compressed");
        return FALSE;
    }
    *offset = member.offset;
    *size = member.size;
    return TRUE;
}
