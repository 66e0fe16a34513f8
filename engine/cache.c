/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "memory.h"

#define MAGIC  "effnet weights 3"
#define SUFFIX ".weights"
#define LANES  8
#define PIECE  ((gsize)2 << 20) /* a huge page */
/* Seconds without a change after which an unfinished file counts as abandoned. */
#define ABANDONED 3600

/* Before the weights, which start at the next page. */
typedef struct {
    char magic[sizeof MAGIC];
    guint64 bytes, sum[2]; /* the weights' */
    guint64 source_sum[2];
    EffNetIdentity identity;
    char source[2048]; /* empty if it is longer */
    char key[1024];
} Header;

#define HEADER_BYTES 4096
G_STATIC_ASSERT(sizeof(Header) <= HEADER_BYTES);

/* A 128-bit checksum, as fast as memory. */
typedef struct {
    guint64 lane[LANES], length;
} Sum;

static void
sum_init(Sum *sum)
{
    for (guint i = 0; i < LANES; i++)
        sum->lane[i] = 0x9e3779b97f4a7c15 * (2 * i + 1);
    sum->length = 0;
}

static inline guint64
mix(guint64 state, guint64 word)
{
    state ^= word;
    return (state << 29 | state >> 35) * 0xff51afd7ed558ccd;
}

/* N is a multiple of 64, except for the last call. */
static void
sum_add(Sum *sum, const guint8 *data, gsize n)
{
    guint64 words[LANES];

    sum->length += n;
    for (; n >= sizeof words; n -= sizeof words, data += sizeof words) {
        memcpy(words, data, sizeof words);
        for (guint i = 0; i < LANES; i++)
            sum->lane[i] = mix(sum->lane[i], words[i]);
    }
    memset(words, 0, sizeof words);
    memcpy(words, data, n);
    for (guint i = 0; n > 0 && i < LANES; i++)
        sum->lane[i] = mix(sum->lane[i], words[i]);
}

static void
sum_end(const Sum *sum, guint64 result[2])
{
    result[0] = result[1] = sum->length;
    for (guint i = 0; i < LANES; i++) {
        result[0] = mix(result[0], sum->lane[i]);
        result[1] = mix(result[1], sum->lane[LANES - 1 - i]);
    }
}

static void
sum_of(gconstpointer data, gsize n, guint64 result[2])
{
    Sum sum;

    sum_init(&sum);
    sum_add(&sum, data, n);
    sum_end(&sum, result);
}

static gsize
n_pieces(gsize bytes)
{
    return (bytes + PIECE - 1) / PIECE;
}

/* The sum of the sums of pieces, which several threads can compute. */
static void
sum_of_weights(const guint8 *weights, gsize bytes, guint64 result[2])
{
    g_autofree guint64 *sums = g_new(guint64, 2 * n_pieces(bytes));

    for (gsize i = 0; i < n_pieces(bytes); i++)
        sum_of(weights + i * PIECE, MIN(PIECE, bytes - i * PIECE), sums + 2 * i);
    sum_of(sums, 2 * n_pieces(bytes) * sizeof *sums, result);
}

static gboolean
sum_of_file(const char *path, guint64 result[2])
{
    const gsize size = 1 << 20;
    g_autofree guint8 *buffer = g_malloc(size);
    int fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    gsize filled = 0;
    gssize n = 0;
    Sum sum;

    if (fd < 0)
        return FALSE;
    sum_init(&sum);
    do {
        n = read(fd, buffer + filled, size - filled);
        filled += MAX(n, 0);
        if (filled == size || n == 0) {
            sum_add(&sum, buffer, filled);
            filled = 0;
        }
    } while (n > 0 || (n < 0 && errno == EINTR));
    close(fd);
    sum_end(&sum, result);
    return n == 0;
}

static void
identity_from(const struct stat *st, EffNetIdentity *identity)
{
    *identity = (EffNetIdentity){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
        .modified = st->st_mtim.tv_sec,
        .modified_ns = st->st_mtim.tv_nsec,
        .changed = st->st_ctim.tv_sec,
        .changed_ns = st->st_ctim.tv_nsec,
    };
}

gboolean
effnet_identity_of(const char *path, EffNetIdentity *identity)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return FALSE;
    identity_from(&st, identity);
    return TRUE;
}

static gboolean
is_same(const EffNetIdentity *a, const EffNetIdentity *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* the structs have no padding */
}

/* The path of the file for ENTRY: one per source and key. */
static char *
path_of(const EffNetCacheEntry *entry)
{
    g_autofree char *name =
        g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%s", entry->identity.device,
                        entry->identity.inode, entry->key);
    guint64 sum[2];

    sum_of(name, strlen(name), sum);
    return g_strdup_printf("%s/%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x" SUFFIX,
                           entry->folder, sum[0], sum[1]);
}

/* Whether HEADER is ENTRY's, and its source is unchanged. If the source was only moved, copied over
 * itself or touched, remembers it as it is now. */
static gboolean
is_current(const EffNetCacheEntry *entry, const Header *header, int fd)
{
    guint64 sum[2];

    if (memcmp(header->magic, MAGIC, sizeof MAGIC) != 0 ||
        strncmp(header->key, entry->key, sizeof header->key) != 0)
        return FALSE;
    if (is_same(&header->identity, &entry->identity))
        return TRUE;
    if (header->identity.size != entry->identity.size || !sum_of_file(entry->source, sum) ||
        memcmp(sum, header->source_sum, sizeof sum) != 0)
        return FALSE;
    if (pwrite(fd, &entry->identity, sizeof entry->identity, G_STRUCT_OFFSET(Header, identity)) < 0)
        g_debug("the cache of %s cannot be written", entry->source);
    return TRUE;
}

gboolean
effnet_is_private(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Whether FOLDER is the user's own. A missing or relative home does not lead to such a folder. */
static gboolean
is_own_folder(const char *folder)
{
    struct stat st;

    return g_path_is_absolute(folder) && stat(folder, &st) == 0 && S_ISDIR(st.st_mode) &&
           effnet_is_private(&st);
}

/* Reads N bytes at OFFSET, or as many as there are; returns how many. */
static gsize
read_at(int fd, guint8 *dst, gsize n, goffset offset)
{
    gsize done = 0;

    while (done < n) {
        gssize got = pread(fd, dst + done, n - done, offset + (goffset)done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += got;
    }
    return done;
}

typedef struct {
    int fd;
    guint8 *weights;
    gsize bytes;
    guint64 *sums; /* two for each piece */
    gint next;     /* the first piece that is not taken */
    gint failed;
} Reading;

static gpointer
read_pieces(gpointer data)
{
    Reading *r = data;
    gsize i;

    while ((i = (gsize)g_atomic_int_add(&r->next, 1)) < n_pieces(r->bytes)) {
        gsize at = i * PIECE, n = MIN(PIECE, r->bytes - at);

        if (read_at(r->fd, r->weights + at, n, HEADER_BYTES + (goffset)at) != n)
            g_atomic_int_set(&r->failed, TRUE);
        else
            sum_of(r->weights + at, n, r->sums + 2 * i);
    }
    return NULL;
}

/* Reads with two threads: the system takes as long to provide the memory as it takes to fill it. */
static gboolean
read_weights(int fd, guint8 *weights, gsize bytes, guint64 sum[2])
{
    g_autofree guint64 *sums = g_new(guint64, 2 * n_pieces(bytes));
    Reading r = {.fd = fd, .weights = weights, .bytes = bytes, .sums = sums};
    GThread *helper =
        n_pieces(bytes) > 1 ? g_thread_try_new("effnet-cache", read_pieces, &r, NULL) : NULL;

    read_pieces(&r);
    if (helper)
        g_thread_join(helper);
    sum_of(sums, 2 * n_pieces(bytes) * sizeof *sums, sum);
    return !r.failed;
}

static gpointer
read_file(const EffNetCacheEntry *entry, int fd, gsize bytes)
{
    g_autofree Header *header = g_new(Header, 1);
    guint64 sum[2];
    guint8 *weights;
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !effnet_is_private(&st) ||
        (guint64)st.st_size != HEADER_BYTES + bytes ||
        read_at(fd, (guint8 *)header, sizeof *header, 0) != sizeof *header ||
        header->bytes != bytes || !is_current(entry, header, fd))
        return NULL;
    weights = effnet_memory_new(1, bytes, NULL);
    if (weights && read_weights(fd, weights, bytes, sum) &&
        memcmp(sum, header->sum, sizeof sum) == 0)
        return weights;
    free(weights);
    return NULL;
}

/* Opens PATH without waiting for a writer, if it is a FIFO. */
static int
open_file(const char *path, int flags)
{
    return g_open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
}

gpointer
effnet_cache_load(const EffNetCacheEntry *entry, gsize bytes)
{
    g_autofree char *path = path_of(entry);
    gpointer weights;
    int fd;

    if (!is_own_folder(entry->folder))
        return NULL;
    fd = open_file(path, O_RDWR);
    if (fd < 0)
        fd = open_file(path, O_RDONLY);
    if (fd < 0)
        return NULL;
    weights = read_file(entry, fd, bytes);
    close(fd);
    return weights;
}

static gboolean
write_all(int fd, gconstpointer data, gsize n)
{
    const guint8 *at = data;

    while (n > 0) {
        gssize written = write(fd, at, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return FALSE;
        at += written;
        n -= written;
    }
    return TRUE;
}

/* FALSE if the source has been written to since ENTRY was made, or if the key is too long. */
static gboolean
make_header(const EffNetCacheEntry *entry, gconstpointer weights, gsize bytes, Header *header)
{
    g_autofree char *source = g_canonicalize_filename(entry->source, NULL);
    EffNetIdentity now;

    *header = (Header){.magic = MAGIC, .bytes = bytes, .identity = entry->identity};
    sum_of_weights(weights, bytes, header->sum);
    if (g_strlcpy(header->source, source, sizeof header->source) >= sizeof header->source)
        header->source[0] = 0;
    if (g_strlcpy(header->key, entry->key, sizeof header->key) >= sizeof header->key)
        return FALSE;
    return sum_of_file(entry->source, header->source_sum) &&
           effnet_identity_of(entry->source, &now) && is_same(&now, &entry->identity);
}

/* Removes PATH if its source no longer exists. */
static void
remove_orphan(const char *path)
{
    g_autofree Header *header = g_new(Header, 1);
    int fd = open_file(path, O_RDONLY);
    EffNetIdentity now;
    gboolean orphan;

    if (fd < 0)
        return;
    orphan = read_at(fd, (guint8 *)header, sizeof *header, 0) == sizeof *header &&
             memcmp(header->magic, MAGIC, sizeof MAGIC) == 0 && header->source[0] &&
             memchr(header->source, 0, sizeof header->source) &&
             (!effnet_identity_of(header->source, &now) || now.device != header->identity.device ||
              now.inode != header->identity.inode);
    close(fd);
    if (orphan)
        g_unlink(path);
}

/* Removes PATH, an unfinished file, if it is abandoned. */
static void
remove_abandoned(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
        st.st_mtim.tv_sec < g_get_real_time() / G_USEC_PER_SEC - ABANDONED)
        g_unlink(path);
}

static void
remove_leftovers(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (g_str_has_suffix(name, SUFFIX))
            remove_orphan(path);
        else if (g_pattern_match_simple("*" SUFFIX ".??????", name))
            remove_abandoned(path);
    }
}

void
effnet_cache_store(const EffNetCacheEntry *entry, gconstpointer weights, gsize bytes)
{
    g_autofree char *path = path_of(entry), *temporary = g_strconcat(path, ".XXXXXX", NULL);
    g_autofree guint8 *page = g_malloc0(HEADER_BYTES);
    gboolean ok;
    int fd;

    if (!g_path_is_absolute(entry->folder) || !make_header(entry, weights, bytes, (Header *)page) ||
        g_mkdir_with_parents(entry->folder, 0700) != 0 || !is_own_folder(entry->folder))
        return;
    remove_leftovers(entry->folder);
    fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    ok = write_all(fd, page, HEADER_BYTES) && write_all(fd, weights, bytes);
    if (close(fd) != 0 || !ok || g_rename(temporary, path) != 0)
        g_unlink(temporary);
}
