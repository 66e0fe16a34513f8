/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a single file of tensors, in any of the formats. */
#include <string.h>

#include "formats.h"

/* Other files that users try, and what to do about each. */
static const struct {
    guint offset, length;
    const char *magic, *what;
} strangers[] = {
    {0, 8, "\x89HDF\r\n\x1a\n", "is an HDF5 (Keras) file: convert it once with effnet convert"},
    {4, 4, "TFL3", "is a TFLite file: convert it once with effnet convert"},
    {257, 5, "ustar",
     "is a tar file, as torch.save() wrote before version 0.1.10: load and save "
     "it once with a newer torch"},
    {0, 23, "version https://git-lfs",
     "is a pointer of Git LFS and not the file itself: get it "
     "with git lfs pull"},
    {0, 1, "<", "is a web page or XML and not a checkpoint"},
    {0, 1, "{", "is JSON and not a checkpoint"},
    {0, 2, "\x1f\x8b", "is compressed by gzip: unpack it first"},
};

static gboolean
is_onnx(const guint8 *head)
{
    /* Protobuf: ir_version, a small number, then the producer's name or the graph. */
    return head[0] == 0x08 && head[1] > 0 && head[1] < 32 && (head[2] == 0x12 || head[2] == 0x3a);
}

static gboolean
fail_unknown(const EffNetCheckpoint *checkpoint, const guint8 *head, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(strangers); i++)
        if (memcmp(head + strangers[i].offset, strangers[i].magic, strangers[i].length) == 0)
            return effnet_checkpoint_fail(checkpoint, error, "%s", strangers[i].what);
    if (is_onnx(head))
        return effnet_checkpoint_fail(checkpoint, error,
                                      "is an ONNX file: convert it once with effnet convert");
    return effnet_checkpoint_fail(checkpoint, error,
                                  "is neither a .safetensors nor a .pth file, by its content");
}

gboolean
effnet_part_parse(EffNetCheckpoint *checkpoint, GError **error)
{
    guint8 head[512] = {0};
    guint64 length;

    if (!effnet_file_read(checkpoint->file, 0, head, MIN(sizeof head, checkpoint->file->size),
                          error))
        return FALSE;
    memcpy(&length, head, sizeof length);
    length = GUINT64_FROM_LE(length);
    if (memcmp(head, "PK\3\4", 4) == 0)
        return effnet_pth_parse_zip(checkpoint, error);
    /* A header's length may look like a pickle's first bytes, but no pickle looks like a header. */
    if (head[8] == '{' && length <= EFFNET_SAFETENSORS_MAX_HEADER)
        return effnet_safetensors_parse(checkpoint, error);
    if ((head[0] == 0x80 && head[1] >= 2 && head[1] <= 5) ||
        memcmp(head, "L1195470371460388", 17) == 0)
        return effnet_pth_parse_legacy(checkpoint, error);
    return fail_unknown(checkpoint, head, error);
}

EffNetCheckpoint *
effnet_checkpoint_open_part(const char *path, GError **error)
{
    g_autoptr(EffNetCheckpoint) checkpoint = effnet_checkpoint_new(path, error);

    return checkpoint && effnet_part_parse(checkpoint, error) ? g_steal_pointer(&checkpoint) : NULL;
}
