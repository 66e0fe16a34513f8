/* SPDX-License-Identifier: BSD-2-Clause */
#include "picture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD             32
#define WEBP_FLAGS       20 /* their offset */
#define WEBP_IS_ANIMATED 0x02

static const struct {
    gsize at;
    const char *bytes;
    gsize n;
    const char *kind;
} kinds[] = {
    {0, "\xff\xd8\xff", 3, "JPEG"},
    {0, "\x89PNG", 4, "PNG"},
    {0, "GIF8", 4, "GIF"},
    {0, "II*\0", 4, "TIFF"},
    {0, "MM\0*", 4, "TIFF"},
    {0, "II+\0", 4, "TIFF"},
    {0, "MM\0+", 4, "TIFF"},
    {4, "ftypavif", 8, "AVIF"},
    {4, "ftypavis", 8, "animated AVIF"},
    {4, "ftyphei", 7, "HEIC"},
    {4, "ftyphev", 7, "HEIC"},
    {4, "ftypmif1", 8, "HEIF"},
    {0, "\0\0\0\x0cJXL ", 8, "JPEG XL"},
    {0, "\xff\x0a", 2, "JPEG XL"},
    {8, "WEBP", 4, "WebP"},
    {0, "BM", 2, "BMP"},
};

const char *
effnet_picture_get_kind(const guint8 *bytes, gsize n)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (n < kinds[i].at + kinds[i].n ||
            memcmp(bytes + kinds[i].at, kinds[i].bytes, kinds[i].n) != 0)
            continue;
        if (g_str_equal(kinds[i].kind, "WebP") && n > WEBP_FLAGS &&
            memcmp(bytes + 12, "VP8X", 4) == 0 && bytes[WEBP_FLAGS] & WEBP_IS_ANIMATED)
            return "animated WebP";
        return kinds[i].kind;
    }
    return NULL;
}

const char *
effnet_picture_get_kind_of_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    guint8 head[HEAD];
    struct stat st;
    gssize n = 0;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        n = read(fd, head, sizeof head);
    close(fd);
    return n > 0 ? effnet_picture_get_kind(head, (gsize)n) : NULL;
}
